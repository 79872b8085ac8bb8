#include "label_lesions.h"

#include <algorithm>
#include <numeric>

#include "common/components/connected_runs.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask; labels are not told apart"};
constexpr Output<Volume> kLabels{"labels", "The number of each voxel's component, 0 outside, on the mask's grid"};

using components::ConnectedRuns;
using components::Connectivity;

/// float32 counts without gaps up to here.
constexpr std::size_t kMostLabels = std::size_t{1} << 24;

/// For each component its number from 1, the largest first; of equal ones the one whose first voxel comes first.
std::vector<float> numbers_by_size(const std::vector<std::int64_t>& voxels_of) {
  std::vector<std::size_t> order(voxels_of.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return voxels_of[a] > voxels_of[b]; });
  std::vector<float> numbers(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) numbers[order[i]] = static_cast<float>(i + 1);
  return numbers;
}

class LabelLesions : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    const std::string& neighbours = context.params().text("connectivity");
    const auto connectivity =
        neighbours == "6" ? Connectivity::face : (neighbours == "18" ? Connectivity::edge : Connectivity::corner);
    const ConnectedRuns found = components::connected_runs(mask, connectivity);
    if (found.voxels_of.size() > kMostLabels)
      throw Error("'" + grid::name_of(mask.source, "mask") + "' has " + std::to_string(found.voxels_of.size()) +
                  " components; a float32 image can number " + std::to_string(kMostLabels) + " at most");
    Volume labels;
    labels.geometry = mask.geometry;
    labels.source = mask.source;
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
      "The result is a volume, because a mask can tell only 255 labels apart and a patient may have more lesions; write it with "
      "io.write_volume and pixel_type uint16. report.lesions lists the components. An empty mask gives an image of 0, which is "
      "no error. Reports lesions, the number of components, and lesion_volume_ml.";
  type.inputs = {kMask};
  type.outputs = {kLabels};
  type.params = {{.name = "connectivity",
                  .type = ParamType::choice,
                  .default_value = std::string("6"),
                  .help = "How many neighbours of a voxel touch it",
                  .choices = {"6", "18", "26"}}};
  type.concurrent = true;
  type.create = create_node<LabelLesions>;
  return type;
}

}  // namespace flowrun::segment
