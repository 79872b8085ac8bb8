// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::segment {

/// segment.threshold: the voxels of a volume above a value, as a mask.
NodeType threshold_type();
/// segment.components: the connected components of a mask that are large enough.
NodeType components_type();
/// segment.shift: a mask moved by whole voxels.
NodeType shift_type();
/// segment.label_lesions: the connected components of a mask, numbered, the largest first.
NodeType label_lesions_type();
/// segment.dilate, segment.erode: a mask grown or shrunk by a ball of a radius in mm.
NodeType dilate_type();
NodeType erode_type();
/// segment.fill_holes: a mask with the background filled that it encloses.
NodeType fill_holes_type();
/// segment.largest_component: the largest connected component of a mask.
NodeType largest_component_type();
/// segment.combine: the voxels that all of several masks have, or any of them.
NodeType combine_type();
/// segment.least_volume: a mask, or an empty one where it is too small as a whole.
NodeType least_volume_type();
/// segment.grow: a mask grown into the touching voxels whose value in an image is above a threshold.
NodeType grow_type();
/// segment.argmax: the class with the highest value at each voxel.
NodeType argmax_type();

}  // namespace flowrun::segment
