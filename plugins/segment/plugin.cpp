#include "flowrun/sdk/plugin.h"
#include "argmax.h"
#include "ball.h"
#include "combine.h"
#include "components.h"
#include "fill_holes.h"
#include "grow.h"
#include "label_lesions.h"
#include "largest_component.h"
#include "least_volume.h"
#include "shift.h"
#include "threshold.h"

namespace flowrun::segment {

static std::vector<NodeType> node_types() {
  return {threshold_type(), components_type(), shift_type(),      label_lesions_type(),
          dilate_type(),    erode_type(),      fill_holes_type(), largest_component_type(),
          combine_type(),   least_volume_type(), grow_type(), argmax_type()};
}

}  // namespace flowrun::segment

FLOWRUN_PLUGIN("segment", "1.0.0", "Apache-2.0", flowrun::segment::node_types);
