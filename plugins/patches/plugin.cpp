#include "flowrun/sdk/plugin.h"
#include "extract.h"
#include "scatter.h"
#include "scatter_labels.h"

namespace flowrun::patches {

static std::vector<NodeType> node_types() { return {extract_type(), scatter_type(), scatter_labels_type()}; }

}  // namespace flowrun::patches

FLOWRUN_PLUGIN("patches", "1.0.0", "Apache-2.0", flowrun::patches::node_types);
