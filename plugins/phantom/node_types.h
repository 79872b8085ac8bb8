// The node types of this plugin.
#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::phantom {

/// phantom.head: an artificial patient with lesions whose true outline is known.
NodeType head_type();
/// phantom.raw_head: an artificial patient as two scans of a whole head give it, each on a grid of its own, with the truth.
NodeType raw_head_type();

}  // namespace flowrun::phantom
