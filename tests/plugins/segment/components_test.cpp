#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Voxels = std::vector<std::uint8_t>;
const std::string kType = "segment.components";

NodeRunner::Values params(const std::string& connectivity, double smallest, const std::string& unit = "voxels") {
  return {{"connectivity", connectivity}, {"smallest", smallest}, {"unit", unit}};
}

/// The members of the component of a voxel, by breadth-first search over neighbours, marked as visited.
std::vector<std::int64_t> naive_component(const Mask& mask, std::int64_t start, int steps, std::vector<bool>& visited) {
  std::vector<std::int64_t> members{start};
  visited[static_cast<std::size_t>(start)] = true;
  for (std::size_t next = 0; next < members.size(); ++next) {
    const auto at = mask.geometry.voxel_at(members[next]);
    for (int code = 0; code < 27; ++code) {
      const std::array<std::int64_t, 3> step{code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1};
      if (std::abs(step[0]) + std::abs(step[1]) + std::abs(step[2]) > steps) continue;
      const std::array<std::int64_t, 3> to{at[0] + step[0], at[1] + step[1], at[2] + step[2]};
      bool inside = true;
      for (std::size_t axis = 0; axis < 3; ++axis) inside = inside && to[axis] >= 0 && to[axis] < mask.geometry.size[axis];
      if (!inside) continue;
      const auto index = static_cast<std::size_t>(mask.geometry.index_of(to[0], to[1], to[2]));
      if (!mask.voxels[index] || visited[index]) continue;
      visited[index] = true;
      members.push_back(static_cast<std::int64_t>(index));
    }
  }
  return members;
}

struct Expected {
  Voxels voxels;
  std::size_t components = 0;
  std::size_t kept = 0;
};

Expected naive_components(const Mask& mask, int steps, std::size_t smallest) {
  Expected expected{Voxels(mask.voxels.size(), 0)};
  std::vector<bool> visited(mask.voxels.size());
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) {
    if (!mask.voxels[i] || visited[i]) continue;
    const auto members = naive_component(mask, static_cast<std::int64_t>(i), steps, visited);
    ++expected.components;
    if (members.size() < smallest) continue;
    ++expected.kept;
    for (const std::int64_t member : members) expected.voxels[static_cast<std::size_t>(member)] = 1;
  }
  return expected;
}

TEST_CASE("components: agrees with breadth-first search on random masks of any density and connectivity") {
  const std::vector<std::pair<std::string, int>> connectivities{{"6", 1}, {"18", 2}, {"26", 3}};
  unsigned seed = 0;
  for (const double chance : {0.03, 0.1, 0.2, 0.35, 0.6, 0.95}) {
    for (const Geometry& grid : {small_grid(13, 11, 9), small_grid(1, 20, 20), small_grid(40, 1, 3), small_grid(3, 40, 1)}) {
      for (const auto& [name, steps] : connectivities) {
        CAPTURE(chance);
        CAPTURE(name);
        const Mask mask = random_mask(grid, chance, ++seed);
        const Expected expected = naive_components(mask, steps, 3);
        NodeRunner runner(kType, params(name, 3));
        runner.input("mask", mask);
        runner.run();
        CHECK(runner.output<Mask>("mask").voxels == expected.voxels);
        CHECK(runner.reports().at("components") == static_cast<double>(expected.components));
        CHECK(runner.reports().at("kept") == static_cast<double>(expected.kept));
        CHECK(runner.reports().at("voxels") ==
              static_cast<double>(std::count(expected.voxels.begin(), expected.voxels.end(), 1)));
      }
    }
  }
}

/// The number of components of two voxels that lie apart by a step.
double components_of_pair(const std::array<std::int64_t, 3>& step, const std::string& connectivity) {
  Mask mask = mask_of(Voxels(27), small_grid(3, 3, 3));
  mask.voxels[static_cast<std::size_t>(mask.geometry.index_of(1, 1, 1))] = 1;
  mask.voxels[static_cast<std::size_t>(mask.geometry.index_of(1 + step[0], 1 + step[1], 1 + step[2]))] = 1;
  NodeRunner runner(kType, params(connectivity, 0));
  runner.input("mask", mask);
  runner.run();
  return runner.reports().at("components");
}

TEST_CASE("components: faces touch at 6, edges too at 18, corners too at 26, in every direction") {
  for (std::int64_t code = 0; code < 27; ++code) {
    const std::array<std::int64_t, 3> step{code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1};
    const auto steps = std::abs(step[0]) + std::abs(step[1]) + std::abs(step[2]);
    CAPTURE(code);
    CHECK(components_of_pair(step, "6") == (steps <= 1 ? 1 : 2));
    CHECK(components_of_pair(step, "18") == (steps <= 2 ? 1 : 2));
    CHECK(components_of_pair(step, "26") == 1);
  }
}

TEST_CASE("components: keeps those of exactly the smallest size and drops those one voxel below") {
  NodeRunner runner(kType, params("6", 3));
  runner.input("mask", mask_of({1, 1, 0, 1, 1, 1, 0, 255, 1, 1, 1}));
  runner.run();
  CHECK(runner.output<Mask>("mask").voxels == Voxels{0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1});
  CHECK(runner.reports().at("components") == 3);
  CHECK(runner.reports().at("kept") == 2);
  CHECK(runner.reports().at("voxels") == 7);
  CHECK(runner.reports().at("volume_ml") == doctest::Approx(7 * mask_of({0}).geometry.voxel_volume() / 1000));
}

TEST_CASE("components: a row's end does not touch the next row's start") {
  NodeRunner runner(kType, params("6", 0));
  runner.input("mask", mask_of({0, 0, 1, 1, 0, 0}, small_grid(3, 2, 1)));
  runner.run();
  CHECK(runner.reports().at("components") == 2);
}

TEST_CASE("components: in mm3 the size of a voxel counts") {
  const double voxel = 0.7 * 1.2 * 3.0;
  for (const auto& [smallest, kept] : {std::pair{2.9 * voxel, 1.0}, {3 * voxel, 1.0}, {3.1 * voxel, 0.0}}) {
    NodeRunner runner(kType, params("6", smallest, "mm3"));
    runner.input("mask", mask_of({1, 1, 0, 1, 1, 1}));
    runner.run();
    CHECK(runner.reports().at("kept") == kept);
  }
}

TEST_CASE("components: spacings of float32 do not lose a component of exactly the smallest volume") {
  Mask mask = mask_of(Voxels(30, 1));
  mask.geometry.spacing = {static_cast<double>(0.7f), static_cast<double>(0.7f),
                           static_cast<double>(0.7f)};  // a little under 0.7
  REQUIRE(30 * mask.geometry.voxel_volume() < 10.29);
  NodeRunner runner(kType, params("6", 10.29, "mm3"));
  runner.input("mask", mask);
  runner.run();
  CHECK(runner.reports().at("kept") == 1);
}

TEST_CASE("components: the default keeps 6-connected components of at least 30 voxels") {
  Voxels row(60, 1);
  row[29] = 0;  // 29 voxels before, 30 after
  NodeRunner runner(kType);
  runner.input("mask", mask_of(row));
  runner.run();
  CHECK(runner.reports().at("components") == 2);
  CHECK(runner.reports().at("voxels") == 30);
  CHECK(runner.output<Mask>("mask").voxels[0] == 0);
}

TEST_CASE("components: an empty mask stays empty") {
  for (const Geometry& grid : {small_grid(4, 3, 2), small_grid(0, 3, 2), small_grid(4, 0, 0)}) {
    NodeRunner runner(kType);
    runner.input("mask", mask_of(Voxels(static_cast<std::size_t>(grid.voxel_count())), grid, "mask.nii"));
    runner.run();
    CHECK(runner.output<Mask>("mask").voxels == Voxels(static_cast<std::size_t>(grid.voxel_count())));
    CHECK(runner.output<Mask>("mask").geometry == grid);
    CHECK(runner.output<Mask>("mask").source == "mask.nii");
    CHECK(runner.reports().at("components") == 0);
  }
}

TEST_CASE("components: a full mask is one component") {
  NodeRunner runner(kType);
  runner.input("mask", mask_of(Voxels(60, 9), small_grid(5, 4, 3)));
  runner.run();
  CHECK(runner.output<Mask>("mask").voxels == Voxels(60, 1));
  CHECK(runner.reports().at("components") == 1);
}

TEST_CASE("components: a mask with fewer values than voxels is refused") {
  NodeRunner runner(kType);
  runner.input("mask", mask_of({1, 1}, small_grid(3, 1, 1), "short.nii"));
  CHECK(runner.error_of_run() ==
        "'short.nii' contains 2 values, but its grid has 3 x 1 x 1 voxels; the plugin that made it is at fault");
}

}  // namespace
}  // namespace flowrun::testing
