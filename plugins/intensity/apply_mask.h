#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::intensity {

/// intensity.apply_mask: an image with one value outside of a mask, as skull-stripped images have it.
NodeType apply_mask_type();

}  // namespace flowrun::intensity
