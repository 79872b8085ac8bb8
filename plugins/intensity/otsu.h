#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::intensity {

/// intensity.otsu: the value that parts an image's voxels best into dark and bright ones.
NodeType otsu_type();

}  // namespace flowrun::intensity
