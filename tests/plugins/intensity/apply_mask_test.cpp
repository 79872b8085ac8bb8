#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

TEST_CASE("apply_mask: voxels outside of the mask become one value, the others and what the image is stay") {
  Volume volume = volume_of({1, 2, 3, -4});
  volume.facts.contrast = "FLAIR";
  Mask mask;
  mask.geometry = volume.geometry;
  mask.voxels = {1, 0, 200, 0};
  NodeRunner runner("intensity.apply_mask");
  runner.input("volume", volume).input("mask", mask).run();
  CHECK(runner.output<Volume>("volume").voxels == std::vector<float>{1, 0, 3, 0});
  CHECK(runner.output<Volume>("volume").facts.contrast == "FLAIR");
  NodeRunner other("intensity.apply_mask", R"({"outside": -1})");
  other.input("volume", volume).input("mask", mask).run();
  CHECK(other.output<Volume>("volume").voxels == std::vector<float>{1, -1, 3, -1});
  NodeRunner grids("intensity.apply_mask");
  grids.input("volume", volume_of({1, 2})).input("mask", mask);
  CHECK(grids.error_of_run().find("are not on one grid") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
