#include <doctest/doctest.h>

#include <string>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

const std::string kType = "check.brain";

/// 2 mm voxels in LPS: 200 x 200 x 160 mm.
Geometry head_grid() {
  Geometry grid;
  grid.size = {100, 100, 80};
  grid.spacing = {2, 2, 2};
  return grid;
}

/// A ball of `radius` mm around a place given in mm from the first voxel.
Mask ball(double radius, double x = 100, double y = 100, double z = 80) {
  const Geometry grid = head_grid();
  Mask mask = mask_of(std::vector<std::uint8_t>(static_cast<std::size_t>(grid.voxel_count())), grid, "brain.nii");
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto at = grid.voxel_at(i);
    const double dx = 2.0 * static_cast<double>(at[0]) - x, dy = 2.0 * static_cast<double>(at[1]) - y,
                 dz = 2.0 * static_cast<double>(at[2]) - z;
    mask.voxels[static_cast<std::size_t>(i)] = dx * dx + dy * dy + dz * dz <= radius * radius;
  }
  return mask;
}

std::vector<std::string> warnings_of(const Mask& mask) {
  NodeRunner runner(kType);
  runner.input("mask", mask).run();
  CHECK(runner.output<Mask>("mask").voxels == mask.voxels);
  return runner.warnings();
}

bool mentions(const std::vector<std::string>& sentences, const std::string& words) {
  return sentences.size() == 1 && sentences[0].find(words) != std::string::npos;
}

TEST_CASE("check.brain: a whole brain passes without a word, with its volume as a Number") {
  const Mask mask = ball(70);
  NodeRunner runner(kType);
  runner.input("mask", mask).run();
  CHECK(runner.warnings().empty());
  CHECK(runner.output<Number>("volume").value == doctest::Approx(1436.8).epsilon(0.01));  // 4/3 pi 7^3 cm3
  CHECK(runner.output<Number>("volume").unit == "ml");
  CHECK(runner.reports().at("volume_ml") == runner.output<Number>("volume").value);
  CHECK(runner.reports().at("cut_mm") == 0);
}

TEST_CASE("check.brain: no voxel inside is an error that says no brain was found") {
  NodeRunner runner(kType);
  runner.input("mask", ball(0, -50, -50, -50));
  const std::string error = runner.error_of_run();
  CHECK(error.find("no brain was found") != std::string::npos);
  CHECK(error.find("brain.nii") != std::string::npos);
}

TEST_CASE("check.brain: too little and too much is a doubt with the volume") {
  CHECK(mentions(warnings_of(ball(45)), "has 38"));
  NodeRunner runner(kType, {{"largest", 1000.0}});
  runner.input("mask", ball(70)).run();
  CHECK(mentions(runner.warnings(), "700 to 1000 ml"));
}

TEST_CASE("check.brain: a brain cut off by the image is a doubt that names the end and the depth") {
  CHECK(mentions(warnings_of(ball(70, 100, 100, 110)), "upper end"));
  CHECK(mentions(warnings_of(ball(70, 100, 100, 110)), "about 20 mm of the brain"));  // its top at 180, the last slice at 158
  CHECK(mentions(warnings_of(ball(70, 100, 100, 48)), "lower end"));
  CHECK(mentions(warnings_of(ball(70, 40, 100, 80)), "right end"));
  CHECK(mentions(warnings_of(ball(70, 160, 100, 80)), "left end"));
  CHECK(mentions(warnings_of(ball(70, 100, 40, 80)), "front end"));
  CHECK(mentions(warnings_of(ball(70, 100, 160, 80)), "back end"));
  CHECK(warnings_of(ball(70, 100, 100, 91)).empty());  // 3 mm
}

TEST_CASE("check.brain: the side is that of the head, however the image is stored") {
  Mask mask = ball(70, 100, 100, 110);
  mask.geometry.direction = {1, 0, 0, 0, 1, 0, 0, 0, -1};
  CHECK(mentions(warnings_of(mask), "lower end"));
}

TEST_CASE("check.brain: on_doubt fail ends the case") {
  NodeRunner runner(kType, {{"on_doubt", "fail"}});
  runner.input("mask", ball(45));
  CHECK(runner.error_of_run().find("but 700 to 2200 ml are expected") != std::string::npos);
}

TEST_CASE("check.brain: a volume that no brain has is an error, such as of a header in micrometres") {
  Mask mask = ball(70);
  for (double& spacing : mask.geometry.spacing) spacing *= 1000;
  NodeRunner runner(kType);
  runner.input("mask", mask);
  CHECK(runner.error_of_run().find("which no brain has") != std::string::npos);
}

TEST_CASE("check.brain: limits the wrong way round are refused") {
  NodeRunner runner(kType, {{"smallest", 2000.0}, {"largest", 1000.0}});
  runner.input("mask", ball(70));
  CHECK(runner.error_of_run().find("the first has to be below the second") != std::string::npos);
}

TEST_CASE("check.brain: an incomplete mask, no voxels and a spacing of 0 are refused") {
  Mask mask = ball(70);
  mask.voxels.pop_back();
  NodeRunner incomplete(kType);
  CHECK(incomplete.input("mask", mask).error_of_run().find("plugin that made it is at fault") != std::string::npos);
  NodeRunner none(kType);
  CHECK(none.input("mask", mask_of({}, small_grid(0, 3, 3))).error_of_run().find("no brain was found") != std::string::npos);
  Mask flat = ball(70);
  flat.geometry.spacing[2] = 0;
  NodeRunner runner(kType);
  CHECK(runner.input("mask", flat).error_of_run().find("voxel size") != std::string::npos);
}

TEST_CASE("check.brain: a single slice is not all cut") {
  Geometry grid = head_grid();
  grid.size[2] = 1;
  NodeRunner runner(kType, {{"smallest", 0.0}});
  runner.input("mask", mask_of(std::vector<std::uint8_t>(10000, 1), grid)).run();
  CHECK(runner.warnings().empty());
}

}  // namespace
}  // namespace flowrun::testing
