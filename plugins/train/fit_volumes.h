#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::train {

/// train.fit_volumes: a network for whole images trained on crops of them.
NodeType fit_volumes_type();

}  // namespace flowrun::train
