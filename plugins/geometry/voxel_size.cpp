#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::geometry {
namespace {

constexpr Input<Volume> kVolume{"volume", "Any image"};
constexpr Output<Number> kSmallest{"smallest", "Distance of the centres of two neighbours along the closest axis, in mm"};
constexpr Output<Number> kLargest{"largest", "The same along the axis where they are furthest, such as that of thick slices"};

Number in_mm(double value) {
  Number number;
  number.value = value;
  number.unit = "mm";
  return number;
}

class VoxelSize : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    grid::require_complete(volume, "volume");
    const auto [smallest, largest] = std::minmax_element(volume.geometry.spacing.begin(), volume.geometry.spacing.end());
    if (!(*smallest > 0))
      throw Error("'" + grid::name_of(volume.source, "volume") +
                  "' has a voxel size that is not above 0 mm; repair the image first");
    context.report("smallest_mm", *smallest);
    context.report("largest_mm", *largest);
    context.emit(kSmallest, in_mm(*smallest));
    context.emit(kLargest, in_mm(*largest));
  }
};

}  // namespace

NodeType voxel_size_type() {
  NodeType type;
  type.name = "geometry.voxel_size";
  type.summary = "How large an image's voxels are, as numbers for other nodes";
  type.details =
      "The smallest and the largest of the three distances between neighbouring voxels. They are Numbers, for conditions and "
      "parameters: \"when\": { \"number\": \"size.largest\", \"above\": 2 } runs a node only for thick slices. Reports "
      "smallest_mm "
      "and largest_mm. Errors: a size that is not above 0.";
  type.inputs = {kVolume};
  type.outputs = {kSmallest, kLargest};
  type.concurrent = true;
  type.create = create_node<VoxelSize>;
  return type;
}

}  // namespace flowrun::geometry
