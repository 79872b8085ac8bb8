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
constexpr OptionalInput<VoxelList> kBut{"but", "Voxels that are left out, such as those that made the map; on the same grid"};
constexpr Output<VoxelList> kOutVoxels{"voxels", "What is left of the list"};

using Flags = std::vector<std::uint8_t>;

/// Flags of a line of voxels, spread by `reach` voxels to both sides.
void spread_line(std::uint8_t* first, std::int64_t length, std::int64_t stride, std::int64_t reach, Flags& line) {
  line.assign(static_cast<std::size_t>(length), 0);
  std::int64_t left = reach + 1;  // voxels since the last flag; more than `reach`: none near
  for (std::int64_t i = 0; i < length; ++i) {
    left = first[i * stride] != 0 ? 0 : left + 1;
    line[static_cast<std::size_t>(i)] = left <= reach;
  }
  std::int64_t right = reach + 1;
  for (std::int64_t i = length - 1; i >= 0; --i) {
    right = first[i * stride] != 0 ? 0 : right + 1;
    line[static_cast<std::size_t>(i)] |= right <= reach;
  }
  for (std::int64_t i = 0; i < length; ++i) first[i * stride] = line[static_cast<std::size_t>(i)];
}

/// Flags spread by a cube, one axis after the other.
void spread(Flags& flags, const Geometry& geometry, std::int64_t reach) {
  const auto& size = geometry.size;
  const std::array<std::int64_t, 3> stride{1, size[0], size[0] * size[1]};
  Flags line;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
    for (std::int64_t b = 0; b < size[v]; ++b)
      for (std::int64_t a = 0; a < size[u]; ++a)
        spread_line(flags.data() + a * stride[u] + b * stride[v], size[axis], stride[axis], reach, line);
  }
}

Flags flags_above(const Volume& map, double threshold) {
  Flags flags(map.voxels.size());
  std::transform(map.voxels.begin(), map.voxels.end(), flags.begin(),
                 [threshold](float value) -> std::uint8_t { return value > threshold; });
  return flags;
}

class Near : public Node {
 public:
  void process(Context& context) override {
    const VoxelList& list = context.in(kVoxels);
    const Volume& map = context.in(kMap);
    const VoxelList* but = context.in(kBut);
    grid::require_complete(map, "map");
    const std::string name = grid::name_of(list.source, "voxels");
    require_same_grid(map.geometry, grid::name_of(map.source, "map"), list.geometry, name);
    grid::require_valid(list, "voxels");
    Flags near = flags_above(map, context.params().number("above"));
    spread(near, map.geometry, context.params().integer("within"));
    if (but) leave_out(*but, list, name, near);
    VoxelList kept;
    kept.geometry = list.geometry;
    kept.source = list.source;
    std::copy_if(list.voxels.begin(), list.voxels.end(), std::back_inserter(kept.voxels),
                 [&](std::int64_t voxel) { return near[static_cast<std::size_t>(voxel)] != 0; });
    context.report("kept", static_cast<double>(kept.voxels.size()));
    context.emit(kOutVoxels, std::move(kept));
  }

 private:
  static void leave_out(const VoxelList& but, const VoxelList& list, const std::string& name, Flags& near) {
    require_same_grid(but.geometry, grid::name_of(but.source, "but"), list.geometry, name);
    grid::require_valid(but, "but");
    for (const std::int64_t voxel : but.voxels) near[static_cast<std::size_t>(voxel)] = 0;
  }
};

}  // namespace

NodeType near_type() {
  NodeType type;
  type.name = "candidates.near";
  type.summary = "Those voxels of a list that lie near a place where a map is above a threshold";
  type.details =
      "Keeps the voxels that have a voxel whose value in the map is greater than 'above' (equal is not; NaN never is) at most "
      "'within' voxels away along each axis, itself included; in their order. Those of 'but' are left out.\n\n"
      "With candidates.thin and a network between them, a list is looked at from coarse to fine: the network looks at one voxel of "
      "each cell, then at the voxels around those where it said something. What is small and lies between the voxels of the "
      "coarse look can be missed.\n\n"
      "An empty list stays empty. Errors: lists and map not on one grid; a list that is not valid. Reports kept, the length of the "
      "new list.";
  type.inputs = {kVoxels, kMap, kBut};
  type.outputs = {kOutVoxels};
  type.params = {{.name = "above", .default_value = 0.25, .help = "What the map must exceed"},
                 {.name = "within",
                  .type = ParamType::integer,
                  .default_value = std::int64_t{2},
                  .help = "How far away along each axis that may be, in voxels",
                  .min = 0,
                  .max = 1000}};
  type.concurrent = true;
  type.create = create_node<Near>;
  return type;
}

}  // namespace flowrun::candidates
