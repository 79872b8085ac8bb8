#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::core {

/// core.first: of several packets the first that a case has.
NodeType first_type();

}  // namespace flowrun::core
