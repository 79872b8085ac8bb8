#include "flowrun/sdk/plugin.h"
#include "fit.h"
#include "sample.h"
#include "version.h"

namespace flowrun::train {

static std::vector<NodeType> node_types() { return {sample_type(), fit_type()}; }

}  // namespace flowrun::train

FLOWRUN_PLUGIN("train", FLOWRUN_TRAIN_VERSION, "Apache-2.0", flowrun::train::node_types);
