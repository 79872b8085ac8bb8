#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::view {

NodeType montage_type();

}  // namespace flowrun::view
