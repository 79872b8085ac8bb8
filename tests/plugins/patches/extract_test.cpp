#include <doctest/doctest.h>

#include <numeric>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Size = std::vector<std::int64_t>;
const std::string kType = "patches.extract";

/// A patch's value as the definition has it, one voxel at a time.
float value_at(const Volume& volume, std::int64_t x, std::int64_t y, std::int64_t z, float padding) {
  const auto& size = volume.geometry.size;
  const bool inside = x >= 0 && x < size[0] && y >= 0 && y < size[1] && z >= 0 && z < size[2];
  return inside ? volume.voxels[static_cast<std::size_t>(volume.geometry.index_of(x, y, z))] : padding;
}

void append_naive_patch(const Volume& volume, std::int64_t voxel, const Size& size, float padding, std::vector<float>& values) {
  const auto centre = volume.geometry.voxel_at(voxel);
  for (std::int64_t k = 0; k < size[2]; ++k)
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i)
        values.push_back(
            value_at(volume, centre[0] - size[0] / 2 + i, centre[1] - size[1] / 2 + j, centre[2] - size[2] / 2 + k, padding));
}

std::vector<float> naive_patches(const std::vector<Volume>& volumes, const VoxelList& list, const Size& size, float padding) {
  std::vector<float> values;
  for (const std::int64_t voxel : list.voxels)
    for (const Volume& volume : volumes) append_naive_patch(volume, voxel, size, padding, values);
  return values;
}

VoxelList every_voxel(const Geometry& grid) {
  VoxelList list = list_of(std::vector<std::int64_t>(static_cast<std::size_t>(grid.voxel_count())), grid);
  std::iota(list.voxels.begin(), list.voxels.end(), 0);
  return list;
}

const PatchBatch& batch_at(const NodeRunner& runner, std::size_t index) {
  return *payload_cast<PatchBatch>(runner.items("patches").at(index).get());
}

std::vector<float> all_values(const NodeRunner& runner) {
  std::vector<float> values;
  for (std::size_t i = 0; i < runner.items("patches").size(); ++i)
    values.insert(values.end(), batch_at(runner, i).values.begin(), batch_at(runner, i).values.end());
  return values;
}

TEST_CASE("extract: a patch holds its neighbours with x fastest and its voxel in the centre") {
  std::vector<float> values(27);
  std::iota(values.begin(), values.end(), 0.0f);
  NodeRunner runner(kType, {{"size", Size{3, 3, 3}}});
  runner.input("volumes", volume_of(values, small_grid(3, 3, 3))).input("voxels", list_of({13}, small_grid(3, 3, 3)));
  runner.run();
  CHECK(batch_at(runner, 0).values == values);
}

TEST_CASE("extract: voxels outside the volume get the padding") {
  NodeRunner runner(kType, {{"size", Size{3, 1, 1}}, {"padding", -9.0}});
  runner.input("volumes", volume_of({1, 2, 3})).input("voxels", list_of({0, 2}, small_grid(3, 1, 1)));
  runner.run();
  CHECK(batch_at(runner, 0).values == std::vector<float>{-9, 1, 2, 2, 3, -9});
}

TEST_CASE("extract: agrees with the definition at every voxel, for any shape of patch and number of volumes") {
  const Geometry grid = small_grid(9, 7, 6);
  const std::vector<Volume> volumes{random_volume(grid, 1), random_volume(grid, 2), random_volume(grid, 3)};
  for (const Size& size : {Size{1, 1, 1}, Size{5, 5, 5}, Size{7, 3, 1}, Size{1, 3, 11}, Size{21, 19, 17}}) {
    CAPTURE(size[0]);
    for (std::size_t channels = 1; channels <= volumes.size(); ++channels) {
      NodeRunner runner(kType, {{"size", size}, {"chunk", std::int64_t{50}}, {"padding", 0.5}});
      for (std::size_t c = 0; c < channels; ++c) runner.input("volumes", volumes[c]);
      runner.input("voxels", every_voxel(grid));
      runner.run();
      CHECK(all_values(runner) ==
            naive_patches({volumes.begin(), volumes.begin() + static_cast<long>(channels)}, every_voxel(grid), size, 0.5f));
    }
  }
}

TEST_CASE("extract: channels are the volumes in the order given") {
  NodeRunner runner(kType, {{"size", Size{1, 1, 1}}});
  for (const float value : {30.0f, 10.0f, 20.0f}) runner.input("volumes", volume_of({value}));
  runner.input("voxels", list_of({0}, small_grid(1, 1, 1)));
  runner.run();
  CHECK(batch_at(runner, 0).values == std::vector<float>{30, 10, 20});
}

TEST_CASE("extract: chunks follow the list, the last one shorter, and their number is told before") {
  const Geometry grid = small_grid(10, 1, 1);
  NodeRunner runner(kType, {{"size", Size{3, 3, 3}}, {"chunk", std::int64_t{3}}});
  runner.input("volumes", random_volume(grid, 1)).input("voxels", list_of({0, 2, 3, 5, 6, 8, 9}, grid));
  runner.run();
  REQUIRE(runner.items("patches").size() == 3);
  CHECK(runner.expected() == 3);
  CHECK(batch_at(runner, 0).voxels == std::vector<std::int64_t>{0, 2, 3});
  CHECK(batch_at(runner, 1).voxels == std::vector<std::int64_t>{5, 6, 8});
  CHECK(batch_at(runner, 2).voxels == std::vector<std::int64_t>{9});
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(batch_at(runner, i).geometry == grid);
    CHECK(batch_at(runner, i).channels == 1);
    CHECK(batch_at(runner, i).size == std::array<std::int64_t, 3>{3, 3, 3});
    CHECK(batch_at(runner, i).values.size() == batch_at(runner, i).voxels.size() * 27);
  }
}

TEST_CASE("extract: a list that fills its chunks exactly has no empty chunk at the end") {
  NodeRunner runner(kType, {{"size", Size{1, 1, 1}}, {"chunk", std::int64_t{2}}});
  runner.input("volumes", volume_of({1, 2, 3, 4})).input("voxels", every_voxel(small_grid(4, 1, 1)));
  runner.run();
  CHECK(runner.items("patches").size() == 2);
  CHECK(runner.expected() == 2);
}

TEST_CASE("extract: an empty list is a stream without chunks") {
  NodeRunner runner(kType);
  runner.input("volumes", volume_of({1, 2})).input("voxels", list_of({}, small_grid(2, 1, 1)));
  runner.run();
  CHECK(runner.items("patches").empty());
  CHECK(runner.expected() == 0);
}

TEST_CASE("extract: an even size or one below 1 is refused before the first case") {
  NodeRunner even(kType, {{"size", Size{15, 14, 15}}});
  CHECK_THROWS_WITH(even.open(),
                    "parameter 'size' is 14 along y; a patch is centred on a voxel, so each size must be odd and at least 1");
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{-3}}) {
    std::string error;
    try {
      NodeRunner(kType, {{"size", Size{15, 15, size}}}).open();
    } catch (const Error& thrown) {
      error = thrown.what();
    }
    CHECK(error.find("parameter 'size'") == 0);
    CHECK(error.find(std::to_string(size)) != std::string::npos);
  }
}

TEST_CASE("extract: volumes on two grids are an error that names both files") {
  NodeRunner runner(kType);
  runner.input("volumes", volume_of({1, 2, 3}, "flair.nii")).input("volumes", volume_of({1, 2}, "pd.nii"));
  runner.input("voxels", list_of({1}, small_grid(3, 1, 1), "flair.nii"));
  CHECK(runner.error_of_run().find("'pd.nii' and 'flair.nii' are not on one grid: size 2 x 1 x 1 and 3 x 1 x 1 voxels") == 0);
}

TEST_CASE("extract: a voxel outside the grid is refused, not read") {
  for (const std::int64_t voxel : {std::int64_t{-1}, std::int64_t{3}}) {
    NodeRunner runner(kType);
    runner.input("volumes", volume_of({1, 2, 3})).input("voxels", list_of({voxel}, small_grid(3, 1, 1), ""));
    CHECK(runner.error_of_run() == "the voxel list of 'input voxels' names voxel " + std::to_string(voxel) +
                                       ", but its grid has voxels 0 to 2; the plugin that made it is at fault");
  }
}

TEST_CASE("extract: a volume with fewer values than voxels is refused") {
  NodeRunner runner(kType);
  runner.input("volumes", volume_of({1}, small_grid(3, 1, 1), "short.nii")).input("voxels", list_of({1}, small_grid(3, 1, 1)));
  CHECK(runner.error_of_run() ==
        "'short.nii' contains 1 values, but its grid has 3 x 1 x 1 voxels; the plugin that made it is at fault");
}

TEST_CASE("extract: a chunk of more than 4 GiB is refused with the parameter to lower") {
  const auto error = [](const Size& size, std::int64_t chunk) {
    NodeRunner runner(kType, {{"size", size}, {"chunk", chunk}});
    runner.input("volumes", volume_of({1})).input("volumes", volume_of({1})).input("voxels", list_of({0}, small_grid(1, 1, 1)));
    return runner.error_of_run();
  };
  CHECK(error({15, 15, 15}, 1000000) ==
        "a chunk of 1000000 patches of 2 channels and 15 x 15 x 15 voxels needs 25.1 GiB, but 4 GiB is the most; lower parameter"
        " 'chunk' to 159072 or less");
  CHECK(error({2001, 2001, 2001}, 1) ==
        "a chunk of 1 patches of 2 channels and 2001 x 2001 x 2001 voxels needs 59.7 GiB, but 4 GiB is the most; lower parameter"
        " 'size'");
  const std::int64_t huge = 9007199254740991;
  CHECK(error({huge, huge, huge}, huge).find("lower parameter 'size'") != std::string::npos);
  CHECK(error({1, 1, 1}, huge).find("lower parameter 'chunk' to 536870912 or less") != std::string::npos);
}

TEST_CASE("extract: a chunk that may be larger than the list takes no more memory than the list needs") {
  NodeRunner runner(kType, {{"size", Size{1, 1, 1}}, {"chunk", std::int64_t{1000000}}});
  runner.input("volumes", volume_of({4, 5})).input("voxels", list_of({1}, small_grid(2, 1, 1)));
  runner.run();
  CHECK(batch_at(runner, 0).bytes() == sizeof(std::int64_t) + sizeof(float));
  CHECK(batch_at(runner, 0).values.capacity() == 1);
}

TEST_CASE("extract: one node serves several cases one after the other") {
  NodeRunner runner(kType, {{"size", Size{1, 1, 1}}});
  for (const float value : {1.0f, 2.0f}) {
    runner.clear_inputs();
    runner.input("volumes", volume_of({value})).input("voxels", list_of({0}, small_grid(1, 1, 1)));
    runner.run();
    REQUIRE(runner.items("patches").size() == 1);
    CHECK(batch_at(runner, 0).values == std::vector<float>{value});
  }
}

TEST_CASE("extract: stops when the run is cancelled") {
  NodeRunner runner(kType, {{"size", Size{1, 1, 1}}, {"chunk", std::int64_t{1}}});
  runner.input("volumes", volume_of({1, 2, 3, 4})).input("voxels", every_voxel(small_grid(4, 1, 1)));
  runner.cancel_after(2);
  runner.run();
  CHECK(runner.items("patches").size() < 4);
}

}  // namespace
}  // namespace flowrun::testing
