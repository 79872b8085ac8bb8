#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

double otsu(NodeRunner& runner, const Volume& volume) {
  runner.clear_inputs();
  runner.input("volume", volume).run();
  return runner.output<Number>("threshold").value;
}

/// The variance between the two classes that a value makes, directly.
double variance_between(const std::vector<float>& values, double threshold) {
  double below = 0, above = 0, sum_below = 0, sum_above = 0;
  for (const float value : values) {
    (value <= threshold ? below : above) += 1;
    (value <= threshold ? sum_below : sum_above) += value;
  }
  if (below == 0 || above == 0) return 0;
  const double distance = sum_below / below - sum_above / above;
  return below * above * distance * distance;
}

TEST_CASE("otsu: two groups of values are parted in the middle of the gap between them") {
  NodeRunner runner("intensity.otsu");
  CHECK(otsu(runner, volume_of({0, 0, 0, 10, 10})) == doctest::Approx(5).epsilon(0.01));
  CHECK(otsu(runner, volume_of({-100, -99, -98, 4, 5, 6})) == doctest::Approx(-47).epsilon(0.02));
  CHECK(runner.reports().at("threshold") == runner.output<Number>("threshold").value);
}

TEST_CASE("otsu: no value parts random voxels better, as far as the bins allow") {
  for (const unsigned seed : {1u, 2u, 3u}) {
    Volume volume = random_volume(small_grid(9, 10, 11), seed, "a.nii");
    for (std::size_t i = 0; i < volume.voxels.size(); i += 3) volume.voxels[i] = 2 + 1.5F * volume.voxels[i];
    NodeRunner runner("intensity.otsu", R"({"bins": 4096})");
    const double found = variance_between(volume.voxels, otsu(runner, volume));
    double best = 0;
    for (const float value : volume.voxels) best = std::max(best, variance_between(volume.voxels, value));
    CHECK(found >= 0.999 * best);
    CHECK(found <= best * (1 + 1e-9));
  }
}

TEST_CASE("otsu: only voxels of the mask count") {
  NodeRunner runner("intensity.otsu");
  Volume volume = volume_of({0, 0, 0, 10, 10, 1000});
  Mask mask;
  mask.geometry = volume.geometry;
  mask.voxels = {1, 1, 1, 1, 1, 0};
  runner.input("volume", volume).input("mask", mask).run();
  CHECK(runner.output<Number>("threshold").value == doctest::Approx(5).epsilon(0.01));
}

TEST_CASE("otsu: an image that nothing parts is an error that says why") {
  NodeRunner runner("intensity.otsu");
  const auto error = [&](const Volume& volume) {
    runner.clear_inputs();
    return runner.input("volume", volume).error_of_run();
  };
  CHECK(error(volume_of({3, 3, 3})).find("that count have one value, so nothing parts them") != std::string::npos);
  CHECK(error(volume_of({1, std::numeric_limits<float>::quiet_NaN()})).find("NaN or infinite") != std::string::npos);
  CHECK(error(Volume()).find("has no voxels that count") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
