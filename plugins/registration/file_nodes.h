#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::registration {

/// Transforms from files and to files.
NodeType read_type();
NodeType write_type();

}  // namespace flowrun::registration
