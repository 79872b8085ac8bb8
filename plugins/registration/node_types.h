// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::registration {

/// Two images of one head brought together by a rigid map, or an affine one.
NodeType rigid_type();
NodeType affine_type();
/// An image, a mask, labels on the grid of a reference image or on their own with another spacing.
NodeType resample_volume_type();
NodeType resample_mask_type();
NodeType resample_labels_type();
/// Transforms from files and to files.
NodeType read_type();
NodeType write_type();
/// Transforms one after the other, and the way back.
NodeType compose_type();
NodeType invert_type();

}  // namespace flowrun::registration
