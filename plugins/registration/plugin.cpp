#include "flowrun/sdk/plugin.h"

#include "node_types.h"

namespace flowrun::registration {

static std::vector<NodeType> node_types() {
  return {rigid_type(), affine_type(), resample_volume_type(), resample_mask_type(), resample_labels_type(),
          read_type(),  write_type(),  compose_type(),         invert_type()};
}

}  // namespace flowrun::registration

FLOWRUN_PLUGIN("registration", "1.0.0", "Apache-2.0", flowrun::registration::node_types);
