#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::patches {

static std::vector<NodeType> node_types() { return {extract_type(), extract_like_type(), scatter_type(), scatter_labels_type()}; }

}  // namespace flowrun::patches

FLOWRUN_PLUGIN("patches", "1.0.0", "Apache-2.0", flowrun::patches::node_types);
