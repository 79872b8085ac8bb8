#include <doctest/doctest.h>

#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Indices = std::vector<std::int64_t>;
const std::string kType = "candidates.above";

TEST_CASE("above: lists the voxels strictly above the threshold, in ascending order") {
  NodeRunner runner(kType);
  runner.input("volume", volume_of({1.5f, 1.6f, -3, 9, std::numeric_limits<float>::quiet_NaN(), 1.4f, 2}));
  runner.run();
  CHECK(runner.output<VoxelList>("voxels").voxels == Indices{1, 3, 6});
  CHECK(runner.reports().at("candidates") == 3);
}

TEST_CASE("above: only voxels of the mask are listed") {
  NodeRunner runner(kType, {{"threshold", 0.0}});
  runner.input("volume", volume_of({1, 2, -1, 4}));
  runner.input("mask", mask_of({0, 1, 1, 7}));
  runner.run();
  CHECK(runner.output<VoxelList>("voxels").voxels == Indices{1, 3});
}

TEST_CASE("above: select=every lists each voxel of the mask, whatever its value") {
  NodeRunner runner(kType, {{"select", std::string("every")}, {"threshold", 100.0}});
  runner.input("volume", volume_of({1, std::numeric_limits<float>::quiet_NaN(), -1, 4}));
  runner.input("mask", mask_of({0, 1, 1, 0}));
  runner.run();
  CHECK(runner.output<VoxelList>("voxels").voxels == Indices{1, 2});
}

TEST_CASE("above: the list keeps the grid and the name of the file") {
  const Volume volume = random_volume(small_grid(4, 3, 2), 5, "flair.nii");
  NodeRunner runner(kType, {{"threshold", 0.25}});
  runner.input("volume", volume);
  runner.run();
  const auto& list = runner.output<VoxelList>("voxels");
  CHECK(list.geometry == volume.geometry);
  CHECK(list.source == "flair.nii");
  Indices expected;
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i)
    if (volume.voxels[static_cast<std::size_t>(i)] > 0.25) expected.push_back(i);
  CHECK_FALSE(expected.empty());
  CHECK(list.voxels == expected);
}

TEST_CASE("above: an empty list is a result, not an error") {
  NodeRunner runner(kType);
  runner.input("volume", volume_of({0, 1}));
  runner.run();
  CHECK(runner.output<VoxelList>("voxels").voxels.empty());
  CHECK(runner.reports().at("candidates") == 0);
  NodeRunner nothing(kType);
  nothing.input("volume", volume_of({}, small_grid(0, 5, 5)));
  nothing.run();
  CHECK(nothing.output<VoxelList>("voxels").voxels.empty());
}

TEST_CASE("above: select=every without a mask says what to connect") {
  NodeRunner runner(kType, {{"select", std::string("every")}});
  runner.input("volume", volume_of({0, 1}));
  CHECK(runner.error_of_run() ==
        "parameter 'select' is 'every', which takes each voxel of the mask, but nothing is connected to input 'mask'; connect a "
        "mask"
        " or set 'select' to \"above\"");
}

TEST_CASE("above: a mask on another grid is an error that names both files and what differs") {
  Mask mask = mask_of({1, 1}, "brain.nii");
  mask.geometry.origin[2] += 0.5;
  NodeRunner runner(kType);
  runner.input("volume", volume_of({0, 1}, "flair.nii"));
  runner.input("mask", mask);
  const std::string error = runner.error_of_run();
  CHECK(error.find("'flair.nii' and 'brain.nii' are not on one grid: origin (-12.5, 8, 40.25) and (-12.5, 8, 40.75) mm") == 0);
}

TEST_CASE("above: a mask with fewer values than voxels is refused") {
  NodeRunner runner(kType);
  runner.input("volume", volume_of({9, 9, 9}));
  runner.input("mask", mask_of({1}, small_grid(3, 1, 1), ""));
  CHECK(runner.error_of_run() ==
        "'input mask' contains 1 values, but its grid has 3 x 1 x 1 voxels; the plugin that made it is at fault");
}

}  // namespace
}  // namespace flowrun::testing
