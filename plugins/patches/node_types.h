// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::patches {

/// patches.extract: a stream of chunks of patches, cut from volumes around the voxels of a list.
NodeType extract_type();
/// patches.extract_like: patches of another size around the voxels of a chunk.
NodeType extract_like_type();
/// patches.scatter: a case's scores, chunk by chunk, put back at their voxels as a map.
NodeType scatter_type();
/// patches.scatter_labels: the class that scores highest at each voxel, as a label image.
NodeType scatter_labels_type();

}  // namespace flowrun::patches
