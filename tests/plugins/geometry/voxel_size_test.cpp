#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

TEST_CASE("voxel_size: the smallest and the largest distance of neighbouring voxels, in mm") {
  Volume volume = random_volume(small_grid(3, 4, 5), 1, "a.nii");
  volume.geometry.spacing = {0.5, 3, 1};
  NodeRunner runner("geometry.voxel_size");
  runner.input("volume", volume).run();
  CHECK(runner.output<Number>("smallest").value == 0.5);
  CHECK(runner.output<Number>("largest").value == 3);
  CHECK(runner.output<Number>("largest").unit == "mm");
  volume.geometry.spacing[1] = 0;
  runner.clear_inputs();
  CHECK(runner.input("volume", volume).error_of_run() ==
        "'a.nii' has a voxel size that is not above 0 mm; repair the image first");
}

}  // namespace
}  // namespace flowrun::testing
