#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::intensity {

/// intensity.is_stripped: whether an image shows a brain on a background of exactly 0, as a number for conditions.
NodeType is_stripped_type();

}  // namespace flowrun::intensity
