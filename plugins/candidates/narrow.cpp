#include "node_types.h"

#include <algorithm>
#include <iterator>

#include "common/grid/inputs.h"
#include "common/grid/voxels.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::candidates {
namespace {

constexpr Input<VoxelList> kVoxels{"voxels", "The list"};
constexpr Input<Volume> kMap{"map", "Values to decide by, on the list's grid"};
constexpr Output<VoxelList> kOutVoxels{"voxels", "What is left of the list"};

class Narrow : public Node {
 public:
  void process(Context& context) override {
    const VoxelList& list = context.in(kVoxels);
    const Volume& map = context.in(kMap);
    grid::require_complete(map, "map");
    require_same_grid(map.geometry, grid::name_of(map.source, "map"), list.geometry, grid::name_of(list.source, "voxels"));
    grid::require_valid(list, "voxels");
    const double threshold = context.params().number("above");
    VoxelList kept;
    kept.geometry = list.geometry;
    kept.source = list.source;
    std::copy_if(list.voxels.begin(), list.voxels.end(), std::back_inserter(kept.voxels),
                 [&](std::int64_t voxel) { return map.voxels[static_cast<std::size_t>(voxel)] > threshold; });
    context.report("kept", static_cast<double>(kept.voxels.size()));
    context.emit(kOutVoxels, std::move(kept));
  }
};

}  // namespace

NodeType narrow_type() {
  NodeType type;
  type.name = "candidates.narrow";
  type.summary = "Those voxels of a list at which a map is above a threshold";
  type.details =
      "Keeps the voxels whose value in the map is greater than 'above' (equal is not; NaN never is), in their order.\n\n"
      "In a cascade whose probabilities are multiplied, the second network need not run where the first says no more than the "
      "threshold of the product: a product with a probability cannot exceed it there, so the mask is the same. The product map "
      "is then 0 at the voxels that were left out.\n\n"
      "An empty list gives an empty list. With 'above' below 0 every voxel with a probability is kept. Errors: list and map "
      "not on one grid. Reports kept, the length of the new list.";
  type.inputs = {kVoxels, kMap};
  type.outputs = {kOutVoxels};
  type.params = {{.name = "above", .default_value = 0.5, .help = "A voxel with a greater value than this stays"}};
  type.concurrent = true;
  type.create = create_node<Narrow>;
  return type;
}

}  // namespace flowrun::candidates
