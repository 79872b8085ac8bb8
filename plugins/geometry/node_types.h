// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::geometry {

/// geometry.reorient_volume, geometry.reorient_mask, geometry.reorient_labels: an image with its axes exchanged and flipped
/// until they run as stated.
NodeType reorient_volume_type();
NodeType reorient_mask_type();
NodeType reorient_labels_type();
/// geometry.reorient_volume_like, geometry.reorient_mask_like, geometry.reorient_labels_like: a result brought back to the axes
/// of the image that it was made from.
NodeType reorient_volume_like_type();
NodeType reorient_mask_like_type();
NodeType reorient_labels_like_type();
/// geometry.voxel_size: how large an image's voxels are, as numbers that other nodes can take.
NodeType voxel_size_type();
/// geometry.crop_volume, geometry.crop_mask: the part of an image that lies in a box.
NodeType crop_volume_type();
NodeType crop_mask_type();
/// geometry.pad_volume_like, geometry.pad_mask_like: what was cropped, or made of it, back on the whole image's grid.
NodeType pad_volume_like_type();
NodeType pad_mask_like_type();
/// geometry.resize_volume, geometry.resize_mask: an image on another number of voxels over the same box of the world.
NodeType resize_volume_type();
NodeType resize_mask_type();
/// geometry.resize_volume_like, geometry.resize_mask_like: what was resized, or made of it, back on a reference's grid over the
/// same box of the world.
NodeType resize_volume_like_type();
NodeType resize_mask_like_type();
/// geometry.mask_volume: how much a mask contains, as a number that other nodes can take and as a figure.
NodeType mask_volume_type();

}  // namespace flowrun::geometry
