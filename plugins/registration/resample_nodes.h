#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::registration {

/// An image, a mask, labels on the grid of a reference image or on their own with another spacing.
NodeType resample_volume_type();
NodeType resample_mask_type();
NodeType resample_labels_type();

}  // namespace flowrun::registration
