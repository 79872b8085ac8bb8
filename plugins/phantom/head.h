#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::phantom {

/// phantom.head: a made-up patient with lesions whose true outline is known.
NodeType head_type();

}  // namespace flowrun::phantom
