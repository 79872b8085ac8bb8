#include "node_types.h"

#include "common/grid/inputs.h"
#include "common/grid/voxels.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::candidates {
namespace {

constexpr Input<VoxelList> kVoxels{"voxels", "The list"};
constexpr Output<VoxelList> kOutVoxels{"voxels", "At most one voxel of the list in each cell"};

/// Which cell of step x step x step voxels a voxel lies in.
class Cells {
 public:
  Cells(const Geometry& geometry, std::int64_t step) : geometry_(geometry), step_(step) {
    for (std::size_t axis = 0; axis < 3; ++axis) count_[axis] = (geometry.size[axis] + step - 1) / step;
  }
  std::size_t count() const { return static_cast<std::size_t>(count_[0] * count_[1] * count_[2]); }
  std::size_t of(std::int64_t voxel) const {
    const auto at = geometry_.voxel_at(voxel);
    return static_cast<std::size_t>((at[2] / step_ * count_[1] + at[1] / step_) * count_[0] + at[0] / step_);
  }

 private:
  const Geometry& geometry_;
  std::int64_t step_;
  std::array<std::int64_t, 3> count_{};
};

class Thin : public Node {
 public:
  void process(Context& context) override {
    const VoxelList& list = context.in(kVoxels);
    grid::require_valid(list, "voxels");
    const Cells cells(list.geometry, context.params().integer("step"));
    std::vector<bool> taken(cells.count());
    VoxelList kept;
    kept.geometry = list.geometry;
    kept.source = list.source;
    for (const std::int64_t voxel : list.voxels) {
      const std::size_t cell = cells.of(voxel);
      if (!taken[cell]) kept.voxels.push_back(voxel);
      taken[cell] = true;
    }
    context.report("kept", static_cast<double>(kept.voxels.size()));
    context.emit(kOutVoxels, std::move(kept));
  }
};

}  // namespace

NodeType thin_type() {
  NodeType type;
  type.name = "candidates.thin";
  type.summary = "One voxel of a list in each small cell of the grid, for a first, coarse look by a network";
  type.details =
      "The grid is divided into cells of step x step x step voxels, from voxel (0, 0, 0). Of each cell that has voxels of the list "
      "the first one is kept, so every part of the list is looked at, however small. With a full list and step 2 an eighth is "
      "left.\n\n"
      "candidates.near then takes the voxels around what was found. Together they look at a list from coarse to fine; "
      "graphs/nicmslesions/stages/networks_coarse_to_fine.json does so, and docs/clinical.md says how far its masks differ.\n\n"
      "An empty list stays empty. Errors: a list that is not valid. Reports kept, the length of the new list.";
  type.inputs = {kVoxels};
  type.outputs = {kOutVoxels};
  type.params = {{.name = "step",
                  .type = ParamType::integer,
                  .default_value = std::int64_t{2},
                  .help = "Voxels along a side of a cell; 1 keeps the list",
                  .min = 1,
                  .max = 1000}};
  type.concurrent = true;
  type.create = create_node<Thin>;
  return type;
}

}  // namespace flowrun::candidates
