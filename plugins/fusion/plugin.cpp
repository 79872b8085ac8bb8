#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::fusion {

static std::vector<NodeType> node_types() { return {multiply_type(), mean_type(), maximum_type()}; }

}  // namespace flowrun::fusion

FLOWRUN_PLUGIN("fusion", "1.0.0", "Apache-2.0", flowrun::fusion::node_types);
