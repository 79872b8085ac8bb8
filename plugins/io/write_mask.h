#pragma once

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun::io {

NodeType write_mask_type();

}  // namespace flowrun::io
