#include <doctest/doctest.h>

#include <numeric>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Size = std::vector<std::int64_t>;

PatchBatch cut(const std::string& type, const Size& size, const Volume& volume, const Payload& where, double padding = 0) {
  NodeRunner runner(type, {{"size", size}, {"padding", padding}});
  runner.input("volumes", volume);
  if (type == "patches.extract") runner.input("voxels", static_cast<const VoxelList&>(where));
  else runner.input("around", static_cast<const PatchBatch&>(where));
  runner.run();
  const PayloadPtr found = type == "patches.extract" ? runner.items("patches").at(0) : runner.output_ptr("patches");
  return *payload_cast<PatchBatch>(found.get());
}

TEST_CASE("extract_like: cuts what patches.extract cuts around the same voxels, in any plane") {
  const Geometry grid = small_grid(9, 7, 6);
  const Volume volume = random_volume(grid, 1);
  const VoxelList list = list_of({0, 5, 77, 100, 377}, grid);
  const PatchBatch first = cut("patches.extract", {3, 3, 3}, volume, list);
  for (const Size& size : {Size{5, 5, 1}, Size{5, 1, 5}, Size{1, 7, 3}, Size{11, 9, 7}}) {
    const PatchBatch found = cut("patches.extract_like", size, volume, first, 0.5);
    const PatchBatch wanted = cut("patches.extract", size, volume, list, 0.5);
    CHECK(found.values == wanted.values);
    CHECK(found.voxels == list.voxels);
    CHECK(found.size == wanted.size);
    CHECK(found.geometry == grid);
  }
}

TEST_CASE("extract_like: an even size, another grid and voxels outside are errors") {
  const Volume volume = random_volume(small_grid(4, 4, 4), 1);
  const auto error = [&](const Size& size, const PatchBatch& around) {
    NodeRunner runner("patches.extract_like", {{"size", size}});
    runner.input("volumes", volume).input("around", around);
    return runner.error_of_run();
  };
  PatchBatch around = cut("patches.extract", {1, 1, 1}, volume, list_of({1, 2}, small_grid(4, 4, 4)));
  CHECK(error({3, 2, 3}, around).find("parameter 'size' is 2 along y") != std::string::npos);
  PatchBatch elsewhere = around;
  elsewhere.geometry.origin[0] = 5;
  CHECK(error({3, 3, 3}, elsewhere).find("are not on one grid: origin") != std::string::npos);
  around.voxels[1] = 64;
  CHECK(error({3, 3, 3}, around).find("the chunk of patches names voxel 64") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
