#include "flowrun/sdk/plugin.h"
#include "fit.h"
#include "sample.h"

namespace flowrun::train {

static std::vector<NodeType> node_types() { return {sample_type(), fit_type()}; }

}  // namespace flowrun::train

FLOWRUN_PLUGIN("train", "1.0.0", "Apache-2.0", flowrun::train::node_types);
