#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::restore {

/// restore.nonlocal_means: an image with less noise, by blockwise non-local means.
NodeType nonlocal_means_type();

}  // namespace flowrun::restore
