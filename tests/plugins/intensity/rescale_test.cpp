// intensity.quantiles, intensity.rescale and intensity.is_stripped: the steps before a network that sees whole images.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();

/// By sorting everything.
double direct_quantile(std::vector<float> values, double share) {
  std::sort(values.begin(), values.end());
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(rank));
  const auto above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - static_cast<double>(values[below])) * (rank - std::floor(rank));
}

std::pair<double, double> quantiles(const Volume& volume, double lower, double upper) {
  NodeRunner runner("intensity.quantiles", {{"lower", lower}, {"upper", upper}});
  runner.input("volume", volume).run();
  return {runner.output<Number>("low").value, runner.output<Number>("high").value};
}

std::string quantiles_error(const Volume& volume, const char* params = "{}") {
  NodeRunner runner("intensity.quantiles", params);
  runner.input("volume", volume);
  return runner.error_of_run();
}

Volume rescaled(const Volume& volume, const char* params) {
  NodeRunner runner("intensity.rescale", params);
  runner.input("volume", volume).run();
  return runner.output<Volume>("volume");
}

std::string rescale_error(const Volume& volume, const char* params) {
  NodeRunner runner("intensity.rescale", params);
  runner.input("volume", volume);
  return runner.error_of_run();
}

/// A ball of this radius in mm around the middle, `inside` in it, else `outside`.
Volume ball(Geometry grid, double radius, float inside, float outside) {
  Volume volume = volume_of({}, grid, "head.nii");
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto at = grid.voxel_at(i);
    double squares = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double middle = static_cast<double>(grid.size[axis] - 1) / 2;
      const double away = (static_cast<double>(at[axis]) - middle) * grid.spacing[axis];
      squares += away * away;
    }
    volume.voxels.push_back(squares <= radius * radius ? inside : outside);
  }
  return volume;
}

double stripped(const Volume& volume, const char* params = "{}") {
  NodeRunner runner("intensity.is_stripped", params);
  runner.input("volume", volume).run();
  CHECK(runner.reports().at("stripped") == runner.output<Number>("stripped").value);
  CHECK(runner.reports().at("background") == runner.output<Number>("background").value);
  return runner.output<Number>("stripped").value;
}

/// Room for a head: 200 mm along each axis.
Geometry room() { return {.size = {40, 50, 25}, .spacing = {5, 4, 8}}; }

}  // namespace

TEST_CASE("quantiles: linear between the ranks around, as numpy") {
  const Volume five = volume_of({4, 1, 3, 2, 10});
  CHECK(quantiles(five, 0, 1) == std::pair{1.0, 10.0});
  CHECK(quantiles(five, 0.5, 0.5) == std::pair{3.0, 3.0});
  CHECK(quantiles(five, 0.25, 0.875).first == 2);
  CHECK(quantiles(five, 0.25, 0.875).second == doctest::Approx(7).epsilon(1e-12));
  CHECK(quantiles(volume_of({7}), 0.005, 0.995) == std::pair{7.0, 7.0});
  const Volume many = random_volume(small_grid(31, 17, 13), 8);
  for (const auto& [lower, upper] : {std::pair{0.005, 0.995}, {0.0, 0.3}, {0.77, 0.7701}, {1.0, 1.0}}) {
    const auto [low, high] = quantiles(many, lower, upper);
    CHECK(low == doctest::Approx(direct_quantile(many.voxels, lower)).epsilon(1e-12));
    CHECK(high == doctest::Approx(direct_quantile(many.voxels, upper)).epsilon(1e-12));
  }
}

TEST_CASE("quantiles: what has no order is refused") {
  CHECK(contains(quantiles_error(volume_of({}, small_grid(0, 1, 1), "empty.nii")), "'empty.nii' has no voxels"));
  CHECK(contains(quantiles_error(volume_of({1, kNaN, kInfinity})),
                 "2 voxels of 'image.nii' are NaN or infinite, the first at (1, 0, 0)"));
  CHECK(contains(quantiles_error(volume_of({1, 2}), R"({"lower": 0.9, "upper": 0.1})"), "exchange the two"));
  CHECK_THROWS(NodeRunner("intensity.quantiles", R"({"lower": -0.1})"));
  CHECK_THROWS(NodeRunner("intensity.quantiles", R"({"upper": 1.1})"));
}

TEST_CASE("rescale: the range becomes 0 to 1, and what is beyond is cut off") {
  Volume volume = volume_of({-5, 0, 5, 7.5, 10, 2000});
  volume.facts.contrast = "T1w";
  volume.facts.kind = kIntensity;
  const Volume found = rescaled(volume, R"({"low": 0, "high": 10})");
  CHECK(found.voxels == std::vector<float>{0, 0, 0.5, 0.75, 1, 1});
  CHECK(found.facts == volume.facts);
  CHECK(found.geometry == volume.geometry);
}

TEST_CASE("rescale: to a mean and a standard deviation with ddof 1, as a direct sum has it") {
  const Volume volume = random_volume(small_grid(11, 7, 5), 4);
  const Volume found = rescaled(volume, R"({"low": -0.8, "high": 0.7, "standardise": true, "mean": 0.449, "sd": 0.226})");
  std::vector<double> cut;
  for (const float value : volume.voxels) cut.push_back(std::clamp((value + 0.8) / 1.5, 0.0, 1.0));
  double mean = 0, squares = 0;
  for (const double value : cut) mean += value / static_cast<double>(cut.size());
  for (const double value : cut) squares += (value - mean) * (value - mean);
  const double sd = std::sqrt(squares / static_cast<double>(cut.size() - 1));
  for (std::size_t i = 0; i < cut.size(); ++i)
    CHECK(found.voxels[i] == doctest::Approx(0.226 * (cut[i] - mean) / sd + 0.449).epsilon(1e-6));
  CHECK(found.facts.kind == "");
  CHECK(rescaled(volume, R"({"low": -1, "high": 1, "standardise": true})").facts.kind == kStandardised);
}

TEST_CASE("rescale: ranges and images that give no values are refused") {
  const Volume volume = volume_of({1, 2, 3});
  CHECK(contains(rescale_error(volume, R"({"low": 5, "high": 5})"), "'high' must be above 'low'"));
  CHECK(contains(rescale_error(volume, R"({"low": 5, "high": 1})"), "'high' must be above 'low'"));
  CHECK(contains(rescale_error(volume_of({1, kNaN}), R"({"low": 0, "high": 1})"), "1 voxels of 'image.nii' are NaN or infinite"));
  CHECK(contains(rescale_error(volume_of({}, small_grid(0, 0, 0)), R"({"low": 0, "high": 1})"), "has no voxels"));
  const char* const standardise = R"({"low": 10, "high": 20, "standardise": true})";
  CHECK(contains(rescale_error(volume, standardise), "have one value when they are brought to 'low' and 'high'"));
  CHECK(contains(rescale_error(volume_of({12}), standardise), "have one value"));
  CHECK(contains(rescale_error(volume, R"({"low": 5})"), "needs parameter 'high'"));
}

TEST_CASE("is_stripped: a brain on a background of 0 is, a head or a noisy background is not") {
  CHECK(stripped(ball(room(), 70, 100, 0)) == 1);                                     // 1.4 l
  CHECK(stripped(ball(room(), 95, 100, 0)) == 0);                                     // 3.6 l
  CHECK(stripped(ball(room(), 70, 100, 1)) == 0);                                     // background of 1
  CHECK(stripped(ball(room(), 70, 100, kNaN)) == 1);                                  // NaN counts as 0
  CHECK(stripped(ball(room(), 70, 0, 0)) == 0);                                       // nothing at all
  CHECK(stripped(ball(room(), 70, 100, 0), R"({"least_background": 0.9})") == 0);     // 18 % of the voxels are brain
  CHECK(stripped(random_volume(small_grid(6, 5, 4), 3)) == 0);
}

TEST_CASE("is_stripped: an image without a voxel is refused") {
  NodeRunner runner("intensity.is_stripped");
  runner.input("volume", volume_of({}, small_grid(0, 1, 1), "empty.nii"));
  CHECK(contains(runner.error_of_run(), "'empty.nii' has no voxels"));
}

}  // namespace flowrun::testing
