#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

std::vector<float> fused(const std::string& type, const std::vector<std::vector<float>>& maps) {
  NodeRunner runner(type);
  for (const auto& map : maps) runner.input("volumes", volume_of(map));
  runner.run();
  return runner.output<Volume>("volume").voxels;
}

const std::vector<std::string> kTypes{"fusion.multiply", "fusion.mean", "fusion.maximum"};

TEST_CASE("multiply: the product of all volumes, in float32 and in the order given") {
  CHECK(fused("fusion.multiply", {{0.5f, 2, 0}, {0.5f, -3, 7}, {4, 1, 1}}) == std::vector<float>{1, -6, 0});
  const float a = 0.1f, b = 0.7f, c = 0.9f;
  CHECK(fused("fusion.multiply", {{a}, {b}, {c}})[0] == (a * b) * c);
  CHECK(fused("fusion.multiply", {{1e30f}, {1e30f}, {1e-30f}})[0] == std::numeric_limits<float>::infinity());
  CHECK(fused("fusion.multiply", {{1e30f}, {1e-30f}, {1e30f}})[0] == (1e30f * 1e-30f) * 1e30f);
}

TEST_CASE("mean: the mean of all volumes, summed in double") {
  CHECK(fused("fusion.mean", {{1, 2, 0}, {2, -2, 0}, {6, 3, 1}}) == std::vector<float>{3, 1, static_cast<float>(1.0 / 3)});
  CHECK(fused("fusion.mean", {{3e38f}, {3e38f}})[0] == 3e38f);
}

TEST_CASE("maximum: the largest value of all volumes") {
  CHECK(fused("fusion.maximum", {{1, -2, 5}, {2, -3, 4}, {0, -9, 5}}) == std::vector<float>{2, -2, 5});
}

TEST_CASE("fusion: one volume alone comes out as it went in") {
  for (const std::string& type : kTypes) CHECK(fused(type, {{0.25f, -1, 3}}) == std::vector<float>{0.25f, -1, 3});
}

TEST_CASE("fusion: NaN in any volume is NaN in the result") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const std::string& type : kTypes) {
    CAPTURE(type);
    const auto result = fused(type, {{nan, 1, 1, 1}, {1, nan, 1, 1}, {1, 1, nan, 1}});
    CHECK(std::isnan(result[0]));
    CHECK(std::isnan(result[1]));
    CHECK(std::isnan(result[2]));
    CHECK(result[3] == 1);
  }
}

TEST_CASE("fusion: the result has the grid and the name of the first volume") {
  const Volume first = random_volume(small_grid(3, 4, 5), 1, "a.nii");
  Volume second = random_volume(small_grid(3, 4, 5), 2, "b.nii");
  second.geometry.origin[0] += 1e-5;  // as float32 in a file may leave it
  for (const std::string& type : kTypes) {
    NodeRunner runner(type);
    runner.input("volumes", first).input("volumes", second);
    runner.run();
    CHECK(runner.output<Volume>("volume").geometry == first.geometry);
    CHECK(runner.output<Volume>("volume").source == "a.nii");
  }
}

TEST_CASE("fusion: volumes on two grids are an error that names both files") {
  for (const std::string& type : kTypes) {
    NodeRunner runner(type);
    runner.input("volumes", volume_of({1, 2}, "a.nii")).input("volumes", volume_of({1, 2}, "b.nii"));
    runner.input("volumes", volume_of({1, 2, 3}, "c.nii"));
    CHECK(runner.error_of_run().find("'a.nii' and 'c.nii' are not on one grid: size 2 x 1 x 1 and 3 x 1 x 1 voxels") == 0);
  }
}

TEST_CASE("fusion: a volume without a name is called by its place") {
  NodeRunner runner("fusion.mean");
  runner.input("volumes", volume_of({1, 2}, "")).input("volumes", volume_of({1}, ""));
  CHECK(runner.error_of_run().find("'input volumes[0]' and 'input volumes[1]' are not on one grid") == 0);
}

TEST_CASE("fusion: a volume with fewer values than voxels is refused") {
  NodeRunner runner("fusion.multiply");
  runner.input("volumes", volume_of({1, 2})).input("volumes", volume_of({1}, small_grid(2, 1, 1), "short.nii"));
  CHECK(runner.error_of_run() ==
        "'short.nii' contains 1 values, but its grid has 2 x 1 x 1 voxels; the plugin that made it is at fault");
}

TEST_CASE("fusion: empty volumes give an empty volume") {
  for (const std::string& type : kTypes) {
    NodeRunner runner(type);
    runner.input("volumes", volume_of({}, small_grid(0, 3, 3))).input("volumes", volume_of({}, small_grid(0, 3, 3)));
    runner.run();
    CHECK(runner.output<Volume>("volume").voxels.empty());
  }
}

}  // namespace
}  // namespace flowrun::testing
