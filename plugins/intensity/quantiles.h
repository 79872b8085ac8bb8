#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::intensity {

/// intensity.quantiles: two values of an image between which most of its voxels lie, as numbers for other nodes.
NodeType quantiles_type();

}  // namespace flowrun::intensity
