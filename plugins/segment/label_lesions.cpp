#include "node_types.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "common/grid/inputs.h"
#include "connectivity.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask; labels are not distinguished"};
constexpr Output<Labels> kLabels{"labels", "The number of each voxel's component, 0 outside, on the mask's grid"};

using components::ConnectedRuns;

/// For each component its number from 1, the largest first; of equal ones the one whose first voxel comes first.
std::vector<std::int32_t> numbers_by_size(const std::vector<std::int64_t>& voxels_of) {
  std::vector<std::size_t> order(voxels_of.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return voxels_of[a] > voxels_of[b]; });
  std::vector<std::int32_t> numbers(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) numbers[order[i]] = static_cast<std::int32_t>(i + 1);
  return numbers;
}

class LabelLesions : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    const ConnectedRuns found = components::connected_runs(mask, connectivity_of(context.params()));
    if (found.voxels_of.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
      throw Error("'" + grid::name_of(mask.source, "mask") + "' has " + std::to_string(found.voxels_of.size()) +
                  " components, more than there are labels");
    Labels labels = image_like<Labels>(mask, flowrun::kLabels);
    labels.voxels = components::paint(found, mask.geometry, numbers_by_size(found.voxels_of));
    const std::int64_t inside = std::accumulate(found.voxels_of.begin(), found.voxels_of.end(), std::int64_t{0});
    context.report("lesions", static_cast<double>(found.voxels_of.size()));
    context.report("lesion_volume_ml", static_cast<double>(inside) * mask.geometry.voxel_volume() / 1000);
    context.emit(kLabels, std::move(labels));
  }
};

}  // namespace

NodeType label_lesions_type() {
  NodeType type;
  type.name = "segment.label_lesions";
  type.summary = "The connected components of a mask, each with a number";
  type.details =
      "Voxels of the mask (any value but 0) that touch form a component: by a face (6), a face or an edge (18), or a face, an "
      "edge or a corner (26). Components are numbered from 1, the largest first; of equal ones the one whose first voxel comes "
      "first in memory. 0 is outside.\n\n"
      "io.write_labels writes them, report.lesions lists them. An empty mask gives an image of 0, which is "
      "no error. Reports lesions, the number of components, and lesion_volume_ml.";
  type.inputs = {kMask};
  type.outputs = {kLabels};
  type.params = {connectivity_param("How many neighbours of a voxel touch it")};
  type.concurrent = true;
  type.create = create_node<LabelLesions>;
  return type;
}

}  // namespace flowrun::segment
