#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {
namespace {

constexpr Input<Mask> kMask{"mask", "Mask or labels to move"};
constexpr Output<Mask> kOutMask{"mask", "The moved mask, on the same grid"};

using Offset = std::array<std::int64_t, 3>;

/// The offsets in [0, size) that a circular shift amounts to.
Offset wrapped(Offset offset, const Offset& size) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    offset[axis] %= size[axis];
    if (offset[axis] < 0) offset[axis] += size[axis];
  }
  return offset;
}

bool leaves_the_grid(const Offset& offset, const Offset& size) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (offset[axis] >= size[axis] || offset[axis] <= -size[axis]) return true;
  return false;
}

void shift_circular(const Mask& mask, const Offset& offset, std::vector<std::uint8_t>& result) {
  const Offset& size = mask.geometry.size;
  const Offset by = wrapped(offset, size);
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      const auto from = mask.voxels.begin() + mask.geometry.index_of(0, y, z);
      const auto to = result.begin() + mask.geometry.index_of(0, (y + by[1]) % size[1], (z + by[2]) % size[2]);
      std::rotate_copy(from, from + (size[0] - by[0]), from + size[0], to);
    }
  }
}

void shift_with_loss(const Mask& mask, const Offset& by, std::vector<std::uint8_t>& result) {
  const Offset& size = mask.geometry.size;
  if (leaves_the_grid(by, size)) return;
  const auto first = [&](std::size_t axis) { return std::max<std::int64_t>(0, -by[axis]); };  // of the voxels that stay
  const auto last = [&](std::size_t axis) { return size[axis] - std::max<std::int64_t>(0, by[axis]); };
  for (std::int64_t z = first(2); z < last(2); ++z) {
    for (std::int64_t y = first(1); y < last(1); ++y) {
      const auto from = mask.voxels.begin() + mask.geometry.index_of(0, y, z);
      const auto to = result.begin() + mask.geometry.index_of(first(0) + by[0], y + by[1], z + by[2]);
      std::copy(from + first(0), from + last(0), to);
    }
  }
}

class Shift : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    const auto& values = context.params().integers("offset");
    if (values.size() != 3)
      throw Error("parameter 'offset' has " + std::to_string(values.size()) + " numbers, but needs 3: voxels along x, y and z");
    const Offset offset{values[0], values[1], values[2]};
    Mask result = image_like<Mask>(mask);
    if (mask.voxels.empty()) {
      // nothing to move, and no size to wrap by
    } else if (context.params().flag("circular")) {
      shift_circular(mask, offset, result.voxels);
    } else {
      shift_with_loss(mask, offset, result.voxels);
    }
    context.emit(kOutMask, std::move(result));
  }
};

}  // namespace

NodeType shift_type() {
  NodeType type;
  type.name = "segment.shift";
  type.summary = "A mask moved by whole voxels on its grid";
  type.details =
      "The value of voxel v goes to v + offset, along x, y and z; labels are kept and the geometry stays as it is. Circular: "
      "what leaves the grid on one side comes in on the other. Else it is lost, and the voxels that nothing moves to become "
      "0. Any offset is allowed, also negative ones and ones larger than the grid.\n\n"
      "For parity with the published code of Cabezas et al. (MSSEG challenge 2016), which moves its mask by +1 voxel along x "
      "and y, circularly, to undo part of an offset of its training. Networks trained without that offset do not want it.";
  type.inputs = {kMask};
  type.outputs = {kOutMask};
  type.params = {{.name = "offset",
                  .type = ParamType::integers,
                  .default_value = std::vector<std::int64_t>{1, 1, 0},
                  .help = "How far to move along x, y and z",
                  .unit = "voxels",
                  .length = 3},
                 {.name = "circular",
                  .type = ParamType::boolean,
                  .default_value = true,
                  .help = "Whether what leaves the grid comes in on the other side"}};
  type.concurrent = true;
  type.create = create_node<Shift>;
  return type;
}

}  // namespace flowrun::segment
