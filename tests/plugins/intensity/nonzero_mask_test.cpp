#include <doctest/doctest.h>

#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

TEST_CASE("nonzero_mask: every value but 0 and NaN is inside") {
  NodeRunner runner("intensity.nonzero_mask");
  runner.input("volume", volume_of({0, 1, -2, -0.0f, 1e-30f, std::numeric_limits<float>::quiet_NaN()}));
  runner.run();
  CHECK(runner.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 1, 1, 0, 1, 0});
  CHECK(runner.reports().at("voxels") == 3);
}

TEST_CASE("nonzero_mask: keeps the grid and the name of the file") {
  const Volume volume = random_volume(small_grid(2, 3, 4), 1, "flair.nii");
  NodeRunner runner("intensity.nonzero_mask");
  runner.input("volume", volume);
  runner.run();
  CHECK(runner.output<Mask>("mask").geometry == volume.geometry);
  CHECK(runner.output<Mask>("mask").source == "flair.nii");
}

TEST_CASE("nonzero_mask: an image of zeros gives an empty mask") {
  NodeRunner runner("intensity.nonzero_mask");
  runner.input("volume", volume_of({0, 0}));
  runner.run();
  CHECK(runner.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 0});
  CHECK(runner.reports().at("voxels") == 0);
}

}  // namespace
}  // namespace flowrun::testing
