#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::check {

static std::vector<NodeType> node_types() { return {brain_type(), contrast_type(), contrasts_type(), slices_type()}; }

}  // namespace flowrun::check

FLOWRUN_PLUGIN("check", "1.0.0", "Apache-2.0", flowrun::check::node_types);
