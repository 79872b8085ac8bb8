#include "flowrun/sdk/plugin.h"
#include "first.h"

namespace flowrun::core {

static std::vector<NodeType> node_types() { return {first_type()}; }

}  // namespace flowrun::core

FLOWRUN_PLUGIN("core", "1.0.0", "Apache-2.0", flowrun::core::node_types);
