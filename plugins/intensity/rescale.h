#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::intensity {

/// intensity.rescale: a range of an image's values to 0..1, and from there to a mean and a standard deviation.
NodeType rescale_type();

}  // namespace flowrun::intensity
