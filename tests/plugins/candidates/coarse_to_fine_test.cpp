#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Indices = std::vector<std::int64_t>;

Indices thinned(const VoxelList& list, std::int64_t step) {
  NodeRunner runner("candidates.thin", {{"step", step}});
  runner.input("voxels", list).run();
  CHECK(runner.reports().at("kept") == static_cast<double>(runner.output<VoxelList>("voxels").voxels.size()));
  return runner.output<VoxelList>("voxels").voxels;
}

Indices all_of(const Geometry& grid) {
  Indices voxels(static_cast<std::size_t>(grid.voxel_count()));
  std::iota(voxels.begin(), voxels.end(), 0);
  return voxels;
}

TEST_CASE("thin: of each cell the first listed voxel stays, also in cells that the grid cuts off") {
  const Geometry grid = small_grid(5, 3, 3);
  const Indices all = thinned(list_of(all_of(grid), grid), 2);
  Indices expected;
  for (const std::int64_t z : {0, 2})
    for (const std::int64_t y : {0, 2})
      for (const std::int64_t x : {0, 2, 4}) expected.push_back(grid.index_of(x, y, z));
  CHECK(all == expected);
  const Indices few{grid.index_of(1, 1, 0), grid.index_of(1, 0, 1), grid.index_of(3, 1, 1)};
  CHECK(thinned(list_of(few, grid), 2) == Indices{few[0], few[2]});
}

TEST_CASE("thin: step 1 and an empty list change nothing, a large step leaves one") {
  const Geometry grid = small_grid(5, 3, 3);
  CHECK(thinned(list_of({2, 3, 44}, grid), 1) == Indices{2, 3, 44});
  CHECK(thinned(list_of({}, grid), 2).empty());
  CHECK(thinned(list_of({2, 3, 44}, grid), 1000) == Indices{2});
  NodeRunner runner("candidates.thin");
  runner.input("voxels", list_of({3, 45}, grid));
  CHECK(runner.error_of_run().find("45") != std::string::npos);
}

Indices near_of(const VoxelList& list, const Volume& map, double above, std::int64_t within) {
  NodeRunner runner("candidates.near", {{"above", above}, {"within", within}});
  runner.input("voxels", list).input("map", map).run();
  return runner.output<VoxelList>("voxels").voxels;
}

TEST_CASE("near: the voxels that a direct search finds, for several reaches") {
  const Geometry grid = small_grid(9, 7, 6);
  const Volume map = random_volume(grid, 3);
  for (const std::int64_t within : {0, 1, 2, 8}) {
    Indices expected;
    for (const std::int64_t voxel : all_of(grid)) {
      const auto at = grid.voxel_at(voxel);
      bool near = false;
      for (const std::int64_t other : all_of(grid)) {
        const auto to = grid.voxel_at(other);
        bool reached = map.voxels[static_cast<std::size_t>(other)] > 0.96;
        for (std::size_t axis = 0; axis < 3; ++axis) reached &= std::abs(at[axis] - to[axis]) <= within;
        near |= reached;
      }
      if (near && voxel % 3 != 0) expected.push_back(voxel);
    }
    Indices list;
    for (const std::int64_t voxel : all_of(grid))
      if (voxel % 3 != 0) list.push_back(voxel);
    CHECK(near_of(list_of(list, grid), map, 0.96, within) == expected);
  }
}

TEST_CASE("near: what was looked at is left out, equal and NaN are not above") {
  const Volume map = volume_of({0.5f, 0, 0.6f, 0, 0, std::numeric_limits<float>::quiet_NaN(), 0});
  NodeRunner runner("candidates.near", {{"above", 0.5}, {"within", std::int64_t{1}}});
  runner.input("voxels", list_of({0, 1, 2, 3, 4, 5, 6}, map.geometry)).input("map", map).input("but", list_of({2}, map.geometry)).run();
  CHECK(runner.output<VoxelList>("voxels").voxels == Indices{1, 3});
}

TEST_CASE("near: grids that differ are refused, of the map and of what is left out") {
  const Volume map = volume_of({1, 1, 1});
  NodeRunner runner("candidates.near");
  CHECK(runner.input("voxels", list_of({0}, small_grid(4, 1, 1))).input("map", map).error_of_run().find("grid") != std::string::npos);
  NodeRunner but("candidates.near");
  but.input("voxels", list_of({0}, map.geometry)).input("map", map).input("but", list_of({0}, small_grid(4, 1, 1)));
  CHECK(but.error_of_run().find("grid") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
