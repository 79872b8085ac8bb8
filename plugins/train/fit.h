#pragma once

#include "flowrun/sdk/node_type.h"

namespace flowrun::train {

/// train.fit: a network trained on the samples of the run's cases.
NodeType fit_type();

}  // namespace flowrun::train
