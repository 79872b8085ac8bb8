#include <doctest/doctest.h>

#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Offset = std::vector<std::int64_t>;
using Voxels = std::vector<std::uint8_t>;
const std::string kType = "segment.shift";

Mask shifted(const Mask& mask, const Offset& offset, bool circular) {
  NodeRunner runner(kType, {{"offset", offset}, {"circular", circular}});
  runner.input("mask", mask);
  runner.run();
  return runner.output<Mask>("mask");
}

/// Values 1 to count, so that every voxel can be followed.
Mask numbered_mask(const Geometry& grid) {
  Voxels values;
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) values.push_back(static_cast<std::uint8_t>(i + 1));
  return mask_of(values, grid);
}

/// The shift as the definition has it: each voxel's value goes to voxel + offset.
Voxels naive_shift(const Mask& mask, const Offset& offset, bool circular) {
  const Geometry& grid = mask.geometry;
  Voxels result(mask.voxels.size(), 0);
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    auto to = grid.voxel_at(i);
    bool inside = true;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      to[axis] += offset[axis];
      while (circular && to[axis] < 0) to[axis] += grid.size[axis];
      while (circular && to[axis] >= grid.size[axis]) to[axis] -= grid.size[axis];
      inside = inside && to[axis] >= 0 && to[axis] < grid.size[axis];
    }
    if (inside) result[static_cast<std::size_t>(grid.index_of(to[0], to[1], to[2]))] = mask.voxels[static_cast<std::size_t>(i)];
  }
  return result;
}

TEST_CASE("shift: a row moves along x, round the end or off it") {
  CHECK(shifted(mask_of({1, 2, 3, 4}), {1, 0, 0}, true).voxels == Voxels{4, 1, 2, 3});
  CHECK(shifted(mask_of({1, 2, 3, 4}), {1, 0, 0}, false).voxels == Voxels{0, 1, 2, 3});
  CHECK(shifted(mask_of({1, 2, 3, 4}), {-1, 0, 0}, true).voxels == Voxels{2, 3, 4, 1});
  CHECK(shifted(mask_of({1, 2, 3, 4}), {-1, 0, 0}, false).voxels == Voxels{2, 3, 4, 0});
}

TEST_CASE("shift: agrees with the definition for every offset, negative and larger than the grid too") {
  const Mask mask = numbered_mask(small_grid(5, 4, 3));
  for (std::int64_t x = -11; x <= 11; ++x)
    for (std::int64_t y = -5; y <= 5; ++y)
      for (std::int64_t z = -4; z <= 7; ++z)
        for (const bool circular : {true, false}) {
          if (circular && (x + y + z) % 3 != 0) continue;  // a third of the circular ones is enough
          CAPTURE(x);
          CAPTURE(y);
          CAPTURE(z);
          CAPTURE(circular);
          CHECK(shifted(mask, {x, y, z}, circular).voxels == naive_shift(mask, {x, y, z}, circular));
        }
}

TEST_CASE("shift: the default is the published script's, +1 along x and y, circular") {
  const Mask mask = numbered_mask(small_grid(3, 3, 2));
  NodeRunner runner(kType);
  runner.input("mask", mask);
  runner.run();
  CHECK(runner.output<Mask>("mask").voxels == naive_shift(mask, {1, 1, 0}, true));
}

TEST_CASE("shift: the largest offsets there are do no harm") {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const Mask mask = numbered_mask(small_grid(4, 2, 2));
  CHECK(shifted(mask, {most, least, 0}, false).voxels == Voxels(16, 0));
  CHECK(shifted(mask, {most, least, least}, true).voxels == naive_shift(mask, {3, 0, 0}, true));  // 2^63 - 1 is 3 modulo 4
}

TEST_CASE("shift: keeps the grid and the name of the file") {
  const Mask mask = numbered_mask(small_grid(4, 2, 2));
  for (const bool circular : {true, false}) {
    CHECK(shifted(mask, {1, 1, 1}, circular).geometry == mask.geometry);
    CHECK(shifted(mask, {1, 1, 1}, circular).source == "mask.nii");
  }
}

TEST_CASE("shift: an empty grid stays empty") {
  for (const bool circular : {true, false}) CHECK(shifted(mask_of({}, small_grid(3, 0, 2)), {1, 1, 0}, circular).voxels.empty());
}

TEST_CASE("shift: a mask with fewer values than voxels is refused") {
  NodeRunner runner(kType);
  runner.input("mask", mask_of({1, 1}, small_grid(3, 1, 1), "short.nii"));
  CHECK(runner.error_of_run() ==
        "'short.nii' contains 2 values, but its grid has 3 x 1 x 1 voxels; the plugin that made it is at fault");
}

}  // namespace
}  // namespace flowrun::testing
