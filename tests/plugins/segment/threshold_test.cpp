#include <doctest/doctest.h>

#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

const std::string kType = "segment.threshold";

TEST_CASE("threshold: strictly above is inside") {
  NodeRunner runner(kType);
  runner.input("volume", volume_of({0.5f, 0.50001f, 0.49999f, 1, -1, std::numeric_limits<float>::infinity()}));
  runner.run();
  CHECK(runner.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 1, 0, 1, 0, 1});
  CHECK(runner.reports().at("voxels") == 3);
  CHECK(runner.reports().at("volume_ml") == doctest::Approx(3 * volume_of({0}).geometry.voxel_volume() / 1000));
  CHECK(runner.warnings().empty());
}

TEST_CASE("threshold: any value can be the threshold, compared in double precision") {
  NodeRunner negative(kType, {{"above", -1.0}});
  negative.input("volume", volume_of({-1, -0.5f, 0}));
  negative.run();
  CHECK(negative.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 1, 1});
  NodeRunner tenth(kType, {{"above", 0.1}});
  tenth.input("volume", volume_of({0.1f, 0.099999f}));  // 0.1f is 0.100000001...
  tenth.run();
  CHECK(tenth.output<Mask>("mask").voxels == std::vector<std::uint8_t>{1, 0});
}

TEST_CASE("threshold: NaN is not above, and a warning counts it") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  NodeRunner runner(kType);
  runner.input("volume", volume_of({nan, 1, nan}, "map.nii"));
  runner.run();
  CHECK(runner.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 1, 0});
  REQUIRE(runner.warnings().size() == 1);
  CHECK(runner.warnings()[0] == "2 voxels of 'map.nii' are NaN; they count as not above the threshold");
}

TEST_CASE("threshold: keeps the grid and the name of the file, of an empty volume too") {
  for (const std::int64_t depth : {std::int64_t{4}, std::int64_t{0}}) {
    const Volume volume = random_volume(small_grid(2, 3, depth), 1, "map.nii");
    NodeRunner runner(kType);
    runner.input("volume", volume);
    runner.run();
    CHECK(runner.output<Mask>("mask").geometry == volume.geometry);
    CHECK(runner.output<Mask>("mask").source == "map.nii");
    CHECK(runner.output<Mask>("mask").voxels.size() == volume.voxels.size());
  }
}

}  // namespace
}  // namespace flowrun::testing
