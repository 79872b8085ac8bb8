#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::restore {

static std::vector<NodeType> node_types() { return {n4_type(), nonlocal_means_type()}; }

}  // namespace flowrun::restore

FLOWRUN_PLUGIN("restore", "1.0.0", "Apache-2.0", flowrun::restore::node_types);
