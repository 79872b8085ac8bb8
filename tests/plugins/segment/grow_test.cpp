#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

Mask grown(const Mask& mask, const Volume& volume, const NodeRunner::Values& settings) {
  NodeRunner runner("segment.grow", settings);
  runner.input("mask", mask).input("volume", volume).run();
  return runner.output<Mask>("mask");
}

/// By the definition: takes touching voxels (by a face) one round after the other.
std::vector<std::uint8_t> by_rounds(const Mask& mask, const Volume& volume, double above, double within) {
  const Geometry& grid = mask.geometry;
  const auto near = [&](std::int64_t voxel) {
    const auto at = grid.voxel_at(voxel);
    for (std::int64_t other = 0; other < grid.voxel_count(); ++other) {
      if (mask.voxels[static_cast<std::size_t>(other)] == 0) continue;
      const auto from = grid.voxel_at(other);
      double squared = 0;
      for (std::size_t axis = 0; axis < 3; ++axis)
        squared += std::pow(static_cast<double>(at[axis] - from[axis]) * grid.spacing[axis], 2);
      if (squared <= within * within * (1 + 1e-5)) return true;
    }
    return false;
  };
  std::vector<std::uint8_t> result(mask.voxels.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = mask.voxels[i] != 0;
  for (bool grew = true; grew;) {
    grew = false;
    for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
      const auto voxel = static_cast<std::size_t>(i);
      if (result[voxel] || !(volume.voxels[voxel] > above) || !near(i)) continue;
      for (std::size_t axis = 0; axis < 3; ++axis)
        for (const int step : {-1, 1}) {
          auto at = grid.voxel_at(i);
          at[axis] += step;
          if (at[axis] >= 0 && at[axis] < grid.size[axis] &&
              result[static_cast<std::size_t>(grid.index_of(at[0], at[1], at[2]))])
            result[voxel] = 1, grew = true;
        }
    }
  }
  return result;
}

}  // namespace

TEST_CASE("grow: takes what touches and is above, not beyond a gap, not beyond the distance") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Volume volume = volume_of({3, 0, 3, 3, 3, 3, 2.5, 3, nan, 3});
  Mask mask = mask_of({0, 0, 0, 7, 0, 0, 0, 0, 0, 0});
  mask.facts.space = "FLAIR";
  NodeRunner runner("segment.grow", {{"above", 2.5}, {"within", 1.4}});
  runner.input("mask", mask).input("volume", volume).run();
  const Mask result = runner.output<Mask>("mask");
  CHECK(result.voxels == std::vector<std::uint8_t>{0, 0, 1, 1, 1, 1, 0, 0, 0, 0});  // voxels of 0.7 mm
  CHECK(result.facts == mask.facts);
  CHECK(result.geometry == mask.geometry);
  CHECK(runner.reports().at("added_voxels") == 3);
  CHECK(runner.reports().at("volume_ml") == doctest::Approx(4 * 0.7 * 1.2 * 3 / 1000));
}

TEST_CASE("grow: voxels of the mask stay whatever their value, an empty mask stays empty") {
  CHECK(grown(mask_of({1, 0, 0}), volume_of({-9, 9, 0}), {}).voxels == std::vector<std::uint8_t>{1, 1, 0});
  CHECK(grown(mask_of({0, 0, 0}), volume_of({9, 9, 9}), {}).voxels == std::vector<std::uint8_t>{0, 0, 0});
  CHECK(grown(mask_of({0, 2, 0}), volume_of({9, 9, 9}), {{"within", 0.0}}).voxels == std::vector<std::uint8_t>{0, 1, 0});
}

TEST_CASE("grow: equals growth round by round on random images") {
  const Geometry grid = small_grid(9, 8, 5);
  for (unsigned seed = 0; seed < 6; ++seed)
    for (const double within : {1.5, 3.1, 100.0}) {
      const Mask mask = random_mask(grid, 0.03, seed);
      const Volume volume = random_volume(grid, seed + 100);
      CHECK(grown(mask, volume, {{"above", -0.1}, {"within", within}}).voxels == by_rounds(mask, volume, -0.1, within));
    }
}

TEST_CASE("grow: corners touch with 26 neighbours only") {
  const Geometry grid = small_grid(2, 2, 1);
  const Mask mask = mask_of({1, 0, 0, 0}, grid);
  const Volume volume = volume_of({0, 0, 0, 9}, grid);
  CHECK(grown(mask, volume, {}).voxels[3] == 0);
  CHECK(grown(mask, volume, {{"connectivity", "26"}}).voxels[3] == 1);
}

TEST_CASE("grow: two grids and a spacing of 0 are refused") {
  NodeRunner grids("segment.grow");
  grids.input("mask", mask_of({1, 0})).input("volume", volume_of({1, 2, 3}));
  CHECK(grids.error_of_run().find("are not on one grid") != std::string::npos);
  Geometry flat = small_grid(2, 1, 1);
  flat.spacing[2] = 0;
  NodeRunner spacing("segment.grow");
  spacing.input("mask", mask_of({1, 0}, flat)).input("volume", volume_of({1, 2}, flat));
  CHECK(spacing.error_of_run().find("has a spacing of 0.000000 mm") != std::string::npos);
}

}  // namespace flowrun::testing
