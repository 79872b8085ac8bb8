// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::restore {

/// restore.n4: an image without its bias field, by N4.
NodeType n4_type();
/// restore.nonlocal_means: an image with less noise, by blockwise non-local means.
NodeType nonlocal_means_type();

}  // namespace flowrun::restore
