#include "flowrun/sdk/plugin.h"
#include "node_types.h"

namespace flowrun::geometry {

static std::vector<NodeType> node_types() {
  return {reorient_volume_type(),      reorient_mask_type(),        reorient_volume_like_type(), reorient_mask_like_type(),
          reorient_labels_like_type(), reorient_labels_type(), voxel_size_type(),           crop_volume_type(),          crop_mask_type(),
          pad_volume_like_type(),      pad_mask_like_type(),        resize_volume_type(),        resize_mask_type(),
          resize_volume_like_type(),   resize_mask_like_type(),     mask_volume_type()};
}

}  // namespace flowrun::geometry

FLOWRUN_PLUGIN("geometry", "1.0.0", "Apache-2.0", flowrun::geometry::node_types);
