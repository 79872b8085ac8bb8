#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::evaluate {

static std::vector<NodeType> node_types() { return {overlap_type(), labels_type(), lesions_type(), join_type(), summary_type()}; }

}  // namespace flowrun::evaluate

FLOWRUN_PLUGIN("evaluate", "1.0.0", "Apache-2.0", flowrun::evaluate::node_types);
