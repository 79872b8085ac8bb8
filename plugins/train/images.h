#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::train {

/// train.images: the images of a case with a label for each voxel.
NodeType images_type();

}  // namespace flowrun::train
