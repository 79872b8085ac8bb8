#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::patches {

/// patches.extract: a stream of chunks of patches, cut from volumes around the voxels of a list.
NodeType extract_type();

}  // namespace flowrun::patches
