#include "flowrun/sdk/plugin.h"
#include "apply_mask.h"
#include "nonzero_mask.h"
#include "normalise.h"
#include "otsu.h"

namespace flowrun::intensity {

static std::vector<NodeType> node_types() { return {normalise_type(), nonzero_mask_type(), otsu_type(), apply_mask_type()}; }

}  // namespace flowrun::intensity

FLOWRUN_PLUGIN("intensity", "1.0.0", "Apache-2.0", flowrun::intensity::node_types);
