#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::candidates {

static std::vector<NodeType> node_types() { return {above_type(), narrow_type(), near_type(), thin_type()}; }

}  // namespace flowrun::candidates

FLOWRUN_PLUGIN("candidates", "1.0.0", "Apache-2.0", flowrun::candidates::node_types);
