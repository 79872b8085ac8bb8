// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::intensity {

/// intensity.normalise: (x - mean) / sd of a volume, over its non-zero voxels, a mask or all voxels.
NodeType normalise_type();
/// intensity.nonzero_mask: the voxels of a volume that are not 0.
NodeType nonzero_mask_type();
/// intensity.is_stripped: whether an image shows a brain on a background of exactly 0, as a number for conditions.
NodeType is_stripped_type();
/// intensity.otsu: the value that parts an image's voxels best into dark and bright ones.
NodeType otsu_type();
/// intensity.quantiles: two values of an image between which most of its voxels lie, as numbers for other nodes.
NodeType quantiles_type();
/// intensity.rescale: a range of an image's values to 0..1, and from there to a mean and a standard deviation.
NodeType rescale_type();
/// intensity.apply_mask: an image with one value outside of a mask, as skull-stripped images have it.
NodeType apply_mask_type();

}  // namespace flowrun::intensity
