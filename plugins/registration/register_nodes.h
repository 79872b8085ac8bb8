#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::registration {

/// Two images of one head brought together by a rigid map, or an affine one.
NodeType rigid_type();
NodeType affine_type();

}  // namespace flowrun::registration
