#include "node_types.h"

#include <algorithm>
#include <numeric>

#include "common/grid/inputs.h"
#include "connectivity.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask; any value but 0 is inside, and labels are not distinguished"};
constexpr Output<Mask> kOutMask{"mask", "The largest component, 1 inside, on the same grid"};

class LargestComponent : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    const components::ConnectedRuns found = components::connected_runs(mask, connectivity_of(context.params()));
    const auto& sizes = found.voxels_of;
    const auto largest = std::max_element(sizes.begin(), sizes.end());  // the first of equal ones
    std::vector<std::uint8_t> kept(sizes.size(), 0);
    if (largest != sizes.end()) kept[static_cast<std::size_t>(largest - sizes.begin())] = 1;
    const auto all = static_cast<double>(std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}));
    const double voxels = largest == sizes.end() ? 0 : static_cast<double>(*largest);
    Mask result = image_like<Mask>(mask);
    result.voxels = components::paint(found, mask.geometry, kept);
    context.report("components", static_cast<double>(sizes.size()));
    context.report("share", all == 0 ? 0 : voxels / all);
    context.report("voxels", voxels);
    context.report("volume_ml", voxels * mask.geometry.voxel_volume() / 1000);
    context.emit(kOutMask, std::move(result));
  }
};

}  // namespace

NodeType largest_component_type() {
  NodeType type;
  type.name = "segment.largest_component";
  type.summary = "The largest connected component of a mask";
  type.details =
      "Voxels of the mask (any value but 0) that touch form a component: by a face (6), a face or an edge (18), or a face, an "
      "edge or a corner (26), as in segment.components and segment.label_lesions. The one with the most voxels becomes 1, all "
      "others 0; of equal ones the one whose first voxel comes first in memory. A brain mask loses the eyes and specks of skull "
      "this way; what a thin bridge connects stays, so erode first and dilate after.\n\n"
      "An empty mask stays empty, which is no error. Error: a mask with fewer values than voxels. Reports components (found), "
      "share (of the mask's voxels that the largest has, 0 to 1; well below 1 for a brain mask is a sign of a failure), voxels "
      "and volume_ml of the result.";
  type.inputs = {kMask};
  type.outputs = {kOutMask};
  type.params = {connectivity_param("How many neighbours of a voxel touch it")};
  type.concurrent = true;
  type.create = create_node<LargestComponent>;
  return type;
}

}  // namespace flowrun::segment
