#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::intensity {

static std::vector<NodeType> node_types() {
  return {normalise_type(), nonzero_mask_type(), is_stripped_type(), otsu_type(), quantiles_type(), rescale_type(), apply_mask_type()};
}

}  // namespace flowrun::intensity

FLOWRUN_PLUGIN("intensity", "1.0.0", "Apache-2.0", flowrun::intensity::node_types);
