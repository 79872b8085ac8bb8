#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

TEST_CASE("check.slices: thin ones pass without a word, thick ones with a warning; the largest side is a Number") {
  const Volume volume = volume_of({1, 2, 3});  // 0.7 x 1.2 x 3 mm
  NodeRunner thin("check.slices");
  thin.input("volume", volume).run();
  CHECK(thin.warnings().empty());
  CHECK(thin.output<Volume>("volume").voxels == volume.voxels);
  CHECK(thin.output<Number>("largest").value == 3);
  CHECK(thin.output<Number>("largest").unit == "mm");
  NodeRunner thick("check.slices", {{"above", 2.5}});
  thick.input("volume", volume).run();
  REQUIRE(thick.warnings().size() == 1);
  CHECK(thick.warnings()[0].find("'image.nii' are 3 mm apart, more than 2.5 mm") != std::string::npos);
  NodeRunner fails("check.slices", {{"above", 2.5}, {"on_doubt", "fail"}});
  CHECK(fails.input("volume", volume).error_of_run().find("3 mm apart") != std::string::npos);
}

TEST_CASE("check.slices: a voxel size of 0 is refused") {
  Volume volume = volume_of({1});
  volume.geometry.spacing[1] = 0;
  NodeRunner runner("check.slices");
  CHECK(runner.input("volume", volume).error_of_run().find("not above 0 mm") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
