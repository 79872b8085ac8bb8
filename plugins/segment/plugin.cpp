#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::segment {

static std::vector<NodeType> node_types() {
  return {threshold_type(), components_type(), shift_type(),      label_lesions_type(),
          dilate_type(),    erode_type(),      fill_holes_type(), largest_component_type(),
          combine_type(),   least_volume_type(), grow_type(), argmax_type()};
}

}  // namespace flowrun::segment

FLOWRUN_PLUGIN("segment", "1.0.0", "Apache-2.0", flowrun::segment::node_types);
