#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

/// small_grid's voxels are of 0.7 x 1.2 x 3 mm.
constexpr double kVoxelMl = 0.7 * 1.2 * 3 / 1000;

NodeRunner run_with(const Mask& mask, double least) {
  NodeRunner runner("segment.least_volume", {{"least", least}});
  runner.input("mask", mask).run();
  return runner;
}

TEST_CASE("least_volume: a mask of at least the volume passes as it is, a smaller one becomes empty with a warning") {
  Mask mask = mask_of({1, 0, 7, 1, 0, 0});
  mask.facts.space = "MNI";
  NodeRunner kept = run_with(mask, 3 * kVoxelMl);
  CHECK(kept.output<Mask>("mask").voxels == mask.voxels);
  CHECK(kept.output<Mask>("mask").facts == mask.facts);
  CHECK(kept.reports().at("emptied") == 0);
  CHECK(kept.reports().at("volume_ml") == doctest::Approx(3 * kVoxelMl));
  CHECK(kept.warnings().empty());
  NodeRunner emptied = run_with(mask, 3.01 * kVoxelMl);
  CHECK(emptied.output<Mask>("mask").voxels == std::vector<std::uint8_t>(6));
  CHECK(emptied.output<Mask>("mask").facts == mask.facts);
  CHECK(emptied.reports().at("emptied") == 1);
  REQUIRE(emptied.warnings().size() == 1);
  CHECK(emptied.warnings()[0].find("less than 'least'") != std::string::npos);
}

TEST_CASE("least_volume: an empty mask is no warning, 0 ml keeps all, an incomplete mask is refused") {
  CHECK(run_with(mask_of({0, 0}), 0.5).warnings().empty());
  CHECK(run_with(mask_of({1, 0}), 0).output<Mask>("mask").voxels == std::vector<std::uint8_t>{1, 0});
  CHECK(run_with(mask_of({}, small_grid(0, 1, 1)), 0.5).output<Mask>("mask").voxels.empty());
  Mask mask = mask_of({1, 1, 1});
  mask.voxels.pop_back();
  NodeRunner runner("segment.least_volume");
  runner.input("mask", mask);
  CHECK(runner.error_of_run().find("2 values") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
