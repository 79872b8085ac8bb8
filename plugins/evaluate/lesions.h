#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::evaluate {

/// evaluate.lesions: how many lesions of a reference a mask finds, by the rules of the MSSEG challenge.
NodeType lesions_type();

}  // namespace flowrun::evaluate
