#pragma once

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun::io {

NodeType read_volume_type();

}  // namespace flowrun::io
