#include "flowrun/sdk/plugin.h"
#include "resample_nodes.h"

namespace flowrun::registration {

static std::vector<NodeType> node_types() {
  return {resample_volume_type(), resample_mask_type(), resample_labels_type()};
}

}  // namespace flowrun::registration

FLOWRUN_PLUGIN("registration", "1.0.0", "Apache-2.0", flowrun::registration::node_types);
