#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::report {

static std::vector<NodeType> node_types() { return {lesions_type(), write_number_type(), write_table_type()}; }

}  // namespace flowrun::report

FLOWRUN_PLUGIN("report", "1.0.0", "Apache-2.0", flowrun::report::node_types);
