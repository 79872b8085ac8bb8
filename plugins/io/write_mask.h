#pragma once

#include <vector>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun::io {

NodeType write_mask_type();

/// Parameters of nodes that write an image whose values have one type: path and compress.
std::vector<ParamSpec> written_file_params();

}  // namespace flowrun::io
