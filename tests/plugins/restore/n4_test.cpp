#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/restore/n4_by_itk.h"
#include "plugins/restore/tissue_image.h"

namespace flowrun::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TissueImage head(double bias = 0.3) { return tissue_image(small_grid(26, 23, 19), bias, 2, 5); }

/// The largest difference of two images, relative to their values.
double largest_difference(const std::vector<float>& found, const std::vector<float>& expected) {
  REQUIRE(found.size() == expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    largest = std::max(largest, std::abs(found[i] - static_cast<double>(expected[i])) / std::max(1.0F, std::abs(expected[i])));
  return largest;
}

void check_against_itk(const TissueImage& made, const N4Arguments& arguments, NodeRunner& runner, const Mask& mask) {
  const N4Result expected = n4_by_itk(made.volume, mask, arguments);
  runner.run();
  CHECK(largest_difference(runner.output<Volume>("volume").voxels, expected.corrected) < 1e-4);
  CHECK(largest_difference(runner.output<Volume>("log_field").voxels, expected.log_field) < 1e-4);
}

/// Standard deviation over mean of image / truth within the head: 0 where only a constant factor is wrong.
double unevenness(const std::vector<float>& voxels, const TissueImage& made) {
  double sum = 0, squares = 0, count = 0;
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    if (!made.inside.voxels[i]) continue;
    const double ratio = voxels[i] / made.truth.voxels[i];
    sum += ratio, squares += ratio * ratio, ++count;
  }
  const double mean = sum / count;
  return std::sqrt(squares / count - mean * mean) / mean;
}

std::string error_for(Volume volume, const char* params = "{}") {
  NodeRunner runner("restore.n4", params);
  runner.input("volume", std::move(volume));
  return runner.error_of_run();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("n4: equals ITK's own classes used directly, with the defaults") {
  const TissueImage made = head();
  NodeRunner runner("restore.n4");
  runner.input("volume", made.volume);
  check_against_itk(made, {}, runner, made.inside);
  CHECK(runner.reports().at("iterations") > 4);
}

TEST_CASE("n4: equals ITK with a mask and with every parameter changed") {
  const TissueImage made = head();
  Mask mask = made.inside;
  for (std::size_t i = 0; i < mask.voxels.size(); i += 3) mask.voxels[i] = 0;
  NodeRunner runner("restore.n4", R"({"shrink_factor": 2, "iterations": [12, 7], "convergence_threshold": 0.0001,
    "control_points": [5, 4, 6], "histogram_bins": 120, "fwhm": 0.2, "wiener_noise": 0.05})");
  runner.input("volume", made.volume).input("mask", mask);
  check_against_itk(made, {2, {12, 7}, 0.0001, {5, 4, 6}, 120, 0.2, 0.05}, runner, mask);
}

TEST_CASE("n4: a spline distance pads the image to whole mesh elements, as ANTs does") {
  TissueImage made = head();
  made.volume.geometry.spacing = made.inside.geometry.spacing = {2, 2, 2};
  // 50, 44 and 36 mm with elements of 30 mm: 2 elements, so 60 mm, so 5, 8 and 12 voxels more
  Volume padded;
  padded.geometry = made.volume.geometry;
  padded.geometry.size = {31, 31, 31};
  padded.voxels.assign(31 * 31 * 31, 0);
  Mask mask = mask_of(std::vector<std::uint8_t>(padded.voxels.size()), padded.geometry);
  const auto place_of = [&](std::int64_t i) {
    const auto at = made.volume.geometry.voxel_at(i);
    return static_cast<std::size_t>(padded.geometry.index_of(at[0] + 2, at[1] + 4, at[2] + 6));
  };
  for (std::int64_t i = 0; i < made.volume.geometry.voxel_count(); ++i) {
    padded.voxels[place_of(i)] = made.volume.voxels[static_cast<std::size_t>(i)];
    mask.voxels[place_of(i)] = made.inside.voxels[static_cast<std::size_t>(i)];
  }
  const N4Result expected = n4_by_itk(padded, mask, {3, {5, 5}, 0.001, {5, 5, 5}});
  NodeRunner runner("restore.n4", R"({"shrink_factor": 3, "iterations": [5, 5], "spline_distance": 30})");
  runner.input("volume", made.volume).run();
  std::vector<float> cropped;
  for (std::int64_t i = 0; i < made.volume.geometry.voxel_count(); ++i) cropped.push_back(expected.log_field[place_of(i)]);
  CHECK(largest_difference(runner.output<Volume>("log_field").voxels, cropped) < 1e-4);
}

TEST_CASE("n4: the same bits for any number of threads, and in each run") {
  const TissueImage made = head();
  std::vector<float> first;
  for (const int threads : {1, 2, 1, 2}) {
    NodeRunner runner("restore.n4");
    runner.threads(threads).input("volume", made.volume).run();
    if (first.empty()) first = runner.output<Volume>("volume").voxels;
    CHECK(runner.output<Volume>("volume").voxels == first);
  }
}

TEST_CASE("n4: takes out most of a field that is known, and the field is that of the image") {
  const TissueImage made = tissue_image(small_grid(40, 36, 32), 0.3, 1, 9, Tissues::cubes);
  NodeRunner runner("restore.n4", R"({"shrink_factor": 2})");
  runner.input("volume", made.volume).run();
  const double before = unevenness(made.volume.voxels, made);
  CHECK(before > 0.1);
  CHECK(unevenness(runner.output<Volume>("volume").voxels, made) < before / 4);
  const auto& field = runner.output<Volume>("log_field").voxels;
  for (std::size_t i = 0; i < field.size(); i += 97)
    CHECK(runner.output<Volume>("volume").voxels[i] == doctest::Approx(made.volume.voxels[i] / std::exp(field[i])));
  CHECK(runner.reports().at("field_low") < 0.9);
  CHECK(runner.reports().at("field_high") > 1.1);
}

TEST_CASE("n4: voxels that are not above 0 or not finite are left out of the fit, and keep their kind") {
  const TissueImage made = head();
  Volume odd = made.volume;
  odd.voxels[0] = kNan;
  odd.voxels[1] = -700;
  odd.voxels[2] = std::numeric_limits<float>::infinity();
  NodeRunner plain("restore.n4"), runner("restore.n4");
  plain.input("volume", made.volume).run();
  runner.input("volume", odd).run();
  CHECK(runner.output<Volume>("log_field").voxels == plain.output<Volume>("log_field").voxels);
  const auto& found = runner.output<Volume>("volume").voxels;
  CHECK(std::isnan(found[0]));
  CHECK(found[1] < 0);
  CHECK(std::isinf(found[2]));
  CHECK(found[3] == 0);
}

TEST_CASE("n4: by Otsu's threshold the noise around a head does not count") {
  const TissueImage made = head();
  Volume noisy = made.volume;
  for (std::size_t i = 0; i < noisy.voxels.size(); ++i)
    if (!made.inside.voxels[i]) noisy.voxels[i] = 1 + static_cast<float>(i % 7);
  NodeRunner otsu("restore.n4", R"({"foreground": "otsu"})"), masked("restore.n4");
  otsu.input("volume", noisy).run();
  masked.input("volume", noisy).input("mask", made.inside).run();
  CHECK(otsu.output<Volume>("log_field").voxels == masked.output<Volume>("log_field").voxels);
}

TEST_CASE("n4: facts of the image are handed on; the field is of no kind") {
  TissueImage made = head();
  made.volume.facts = {.contrast = "FLAIR", .space = "scanner", .kind = std::string(kIntensity)};
  NodeRunner runner("restore.n4");
  runner.input("volume", made.volume).run();
  CHECK(runner.output<Volume>("volume").facts == made.volume.facts);
  CHECK(runner.output<Volume>("volume").geometry == made.volume.geometry);
  CHECK(runner.output<Volume>("log_field").facts.kind == "");
  CHECK(runner.output<Volume>("log_field").geometry == made.volume.geometry);
}

TEST_CASE("n4: a region of one value has field 1, with a warning") {
  const Volume volume = volume_of(std::vector<float>(12 * 12 * 12, 50), small_grid(12, 12, 12));
  NodeRunner runner("restore.n4");
  runner.input("volume", volume).run();
  CHECK(runner.output<Volume>("volume").voxels == volume.voxels);
  REQUIRE(runner.warnings().size() == 1);
  CHECK(contains(runner.warnings()[0], "one value"));
}

TEST_CASE("n4: a field that no coil makes is a warning, and an absurd one an error") {
  Volume spread = random_volume(small_grid(14, 14, 14), 3);  // -1 to 1
  for (float& value : spread.voxels) value = value > 0 ? 1000 : 1;
  for (std::size_t i = 0; i < spread.voxels.size() / 2; ++i) spread.voxels[i] = 1;  // dark and bright halves
  NodeRunner runner("restore.n4");
  runner.input("volume", spread);
  const std::string error = runner.error_of_run();
  CHECK((contains(error, "which no coil makes") || (error.empty() && runner.warnings().size() == 1)));
}

TEST_CASE("n4: a mask of which many voxels cannot count is a warning") {
  TissueImage made = head();
  Mask mask = made.inside;
  std::fill(mask.voxels.begin(), mask.voxels.end(), 1);
  NodeRunner runner("restore.n4");
  runner.input("volume", made.volume).input("mask", mask).run();
  REQUIRE(runner.warnings().size() == 1);
  CHECK(contains(runner.warnings()[0], "'brain.nii' are 0, negative or not finite in 'head.nii'"));
}

TEST_CASE("n4: images without signal, too small or with a bad grid are refused") {
  CHECK(contains(error_for(volume_of(std::vector<float>(1000, 0), small_grid(10, 10, 10))), "no voxel above 0"));
  CHECK(contains(error_for(volume_of(std::vector<float>(1000, -3), small_grid(10, 10, 10))), "no voxel above 0"));
  CHECK(contains(error_for(volume_of(std::vector<float>(1000, kNan), small_grid(10, 10, 10))), "no voxel above 0"));
  CHECK(contains(error_for(volume_of({}, small_grid(0, 0, 0))), "0 voxels"));
  CHECK(
      contains(error_for(volume_of(std::vector<float>(100, 1), small_grid(10, 10, 1))), "1 voxels of 3.000000 mm along axis z"));
  CHECK(contains(error_for(head().volume, R"({"shrink_factor": 10})"), "2 x 2 x 1 voxels, and N4 needs 2"));
  CHECK(contains(error_for(head().volume, R"({"shrink_factor": 9})"), "voxels to fit a field to, and 10 are the least"));
  Volume bad = head().volume;
  bad.geometry.spacing[1] = 0;
  CHECK(contains(error_for(bad), "0.000000 mm along axis y"));
  bad = head().volume;
  bad.geometry.direction.fill(0);
  CHECK(contains(error_for(bad), "ITK refuses 'head.nii'"));
  std::vector<float> ramp(1000);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<float>(i + 1);
  CHECK(contains(error_for(volume_of(ramp, small_grid(10, 10, 10)), R"({"shrink_factor": 1})"), "ascend"));
}

TEST_CASE("n4: parameters that no description can check are refused") {
  CHECK(contains(error_for(head().volume, R"({"iterations": []})"), "0 numbers; 1 to 8"));
  CHECK(contains(error_for(head().volume, R"({"control_points": [64, 4, 4], "iterations": [5, 5, 5, 5, 5]})"), "256 elements"));
  CHECK(contains(error_for(head().volume, R"({"spline_distance": 0.01})"), "256 elements"));
  CHECK(contains(error_for(head().volume, R"({"spline_distance": 10000})"), "more than 8 times"));
}

TEST_CASE("n4: a mask on another grid, or one without signal, is refused by name") {
  NodeRunner other("restore.n4"), empty("restore.n4");
  other.input("volume", head().volume).input("mask", mask_of(std::vector<std::uint8_t>(8, 1), small_grid(2, 2, 2)));
  CHECK(contains(other.error_of_run(), "not on one grid"));
  Mask none = head().inside;
  std::fill(none.voxels.begin(), none.voxels.end(), 0);
  empty.input("volume", head().volume).input("mask", none);
  CHECK(contains(empty.error_of_run(), "no voxel above 0 in 'brain.nii'"));
}

TEST_CASE("n4: stops soon after it was cancelled") {
  NodeRunner runner("restore.n4", R"({"convergence_threshold": 0, "iterations": [10000]})");
  runner.input("volume", head().volume);
  runner.cancel_after(3);
  runner.error_of_run();
  CHECK(runner.progress().size() < 10);
}

}  // namespace flowrun::testing
