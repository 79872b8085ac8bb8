#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::restore {

/// restore.n4: an image without its bias field, by N4.
NodeType n4_type();

}  // namespace flowrun::restore
