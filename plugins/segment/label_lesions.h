#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.label_lesions: the connected components of a mask, numbered, the largest first.
NodeType label_lesions_type();

}  // namespace flowrun::segment
