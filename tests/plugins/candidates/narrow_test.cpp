#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Indices = std::vector<std::int64_t>;
const std::string kType = "candidates.narrow";

VoxelList narrowed(const VoxelList& list, const Volume& map, double above) {
  NodeRunner runner(kType, {{"above", above}});
  runner.input("voxels", list).input("map", map).run();
  CHECK(runner.reports().at("kept") == static_cast<double>(runner.output<VoxelList>("voxels").voxels.size()));
  return runner.output<VoxelList>("voxels");
}

TEST_CASE("narrow: keeps the voxels strictly above the threshold, of the list alone and in its order") {
  const Volume map = volume_of({0.9f, 0.5f, 0.6f, std::numeric_limits<float>::quiet_NaN(), 0.4f, 0.7f, 1});
  CHECK(narrowed(list_of({1, 2, 3, 4, 6}, map.geometry), map, 0.5).voxels == Indices{2, 6});
  CHECK(narrowed(list_of({0, 1, 5}, map.geometry), map, 0.5).voxels == Indices{0, 5});
}

TEST_CASE("narrow: the default is the cascade's threshold, 0.5") {
  NodeRunner runner(kType);
  const Volume map = volume_of({0.5f, 0.51f});
  runner.input("voxels", list_of({0, 1}, map.geometry)).input("map", map).run();
  CHECK(runner.output<VoxelList>("voxels").voxels == Indices{1});
}

TEST_CASE("narrow: below 0 every voxel with a probability stays, also one of 0; NaN does not") {
  const Volume map = volume_of({0, 0.1f, 1, std::numeric_limits<float>::quiet_NaN()});
  CHECK(narrowed(list_of({0, 1, 2, 3}, map.geometry), map, -1).voxels == Indices{0, 1, 2});
}

TEST_CASE("narrow: an empty list, and one of which nothing is left, are results") {
  const Volume map = volume_of({0.2f, 0.3f});
  CHECK(narrowed(list_of({}, map.geometry), map, 0.1).voxels.empty());
  CHECK(narrowed(list_of({0, 1}, map.geometry), map, 0.9).voxels.empty());
}

TEST_CASE("narrow: a voxel left out cannot pass the product's threshold, for any maps and any threshold") {
  const Geometry grid = small_grid(6, 5, 4);
  Volume first = random_volume(grid, 1), second = random_volume(grid, 2);
  for (Volume* map : {&first, &second})
    for (float& value : map->voxels) value = (value + 1) / 2;
  Indices all;
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) all.push_back(i);
  for (const double threshold : {0.0, 0.2, 0.5, 0.9}) {
    Volume narrow_second = second;
    std::fill(narrow_second.voxels.begin(), narrow_second.voxels.end(), 0.0f);  // where the second network was not run
    const auto kept = narrowed(list_of(all, grid), first, threshold).voxels;
    CHECK(kept.size() < all.size() + (threshold == 0));
    for (const std::int64_t i : kept)
      narrow_second.voxels[static_cast<std::size_t>(i)] = second.voxels[static_cast<std::size_t>(i)];
    for (std::size_t i = 0; i < all.size(); ++i)
      CHECK((first.voxels[i] * second.voxels[i] > threshold) == (first.voxels[i] * narrow_second.voxels[i] > threshold));
  }
}

TEST_CASE("narrow: the list keeps its grid and name") {
  const Volume map = random_volume(small_grid(4, 3, 2), 5, "map.nii");
  const VoxelList list = narrowed(list_of({0, 5, 9}, map.geometry, "flair.nii"), map, -2);
  CHECK(list.geometry == map.geometry);
  CHECK(list.source == "flair.nii");
}

TEST_CASE("narrow: a list on another grid, out of order or outside, and an incomplete map are refused") {
  const Volume map = volume_of({0.2f, 0.3f}, "map.nii");
  Geometry other = map.geometry;
  other.origin[0] += 1;
  const auto error = [](const VoxelList& list, const Volume& of) {
    NodeRunner runner(kType);
    runner.input("voxels", list).input("map", of);
    return runner.error_of_run();
  };
  CHECK(error(list_of({0}, other), map).find("'map.nii' and 'list.nii' are not on one grid: origin") == 0);
  CHECK(error(list_of({1, 0}, map.geometry), map).find("twice or out of order") != std::string::npos);
  CHECK(error(list_of({0, 0}, map.geometry), map).find("twice or out of order") != std::string::npos);
  CHECK(error(list_of({2}, map.geometry), map).find("names voxel 2, but its grid has voxels 0 to 1") != std::string::npos);
  CHECK(error(list_of({-1}, map.geometry), map).find("names voxel -1") != std::string::npos);
  CHECK(error(list_of({0}, map.geometry), volume_of({0.5f}, map.geometry, "short.nii")).find("'short.nii' contains 1 values") == 0);
}

}  // namespace
}  // namespace flowrun::testing
