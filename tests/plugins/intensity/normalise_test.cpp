#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

const std::string kType = "intensity.normalise";

TEST_CASE("normalise: mean and population sd of the non-zero voxels, applied to the background too") {
  NodeRunner runner(kType);
  runner.input("volume", volume_of({0, 1, 2, 3, 0, -2}));
  runner.run();
  const double sd = std::sqrt((0 + 1 + 4 + 9) / 4.0);  // of 1, 2, 3, -2, whose mean is 1
  const auto& result = runner.output<Volume>("volume").voxels;
  const std::vector<double> expected{-1 / sd, 0, 1 / sd, 2 / sd, -1 / sd, -3 / sd};
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(result[i] == static_cast<float>(expected[i]));
  CHECK(runner.reports().at("mean") == 1.0);
  CHECK(runner.reports().at("sd") == sd);
}

TEST_CASE("normalise: over all voxels the zeros count") {
  NodeRunner runner(kType, {{"over", std::string("all")}});
  runner.input("volume", volume_of({0, 0, 4, 4}));
  runner.run();
  CHECK(runner.output<Volume>("volume").voxels == std::vector<float>{-1, -1, 1, 1});
}

TEST_CASE("normalise: over a mask any value but 0 chooses, and voxels outside are transformed too") {
  NodeRunner runner(kType, {{"over", std::string("mask")}});
  runner.input("volume", volume_of({7, 1, 3, 0}));
  runner.input("mask", mask_of({0, 1, 255, 0}));
  runner.run();
  CHECK(runner.output<Volume>("volume").voxels == std::vector<float>{5, -1, 1, -2});
  CHECK(runner.warnings().empty());
}

TEST_CASE("normalise: keeps the grid and the name of the file") {
  const Volume volume = random_volume(small_grid(5, 4, 3), 1, "flair.nii.gz");
  NodeRunner runner(kType);
  runner.input("volume", volume);
  runner.run();
  CHECK(runner.output<Volume>("volume").geometry == volume.geometry);
  CHECK(runner.output<Volume>("volume").source == "flair.nii.gz");
}

TEST_CASE("normalise: sums in double, so that a high mean does not swallow the sd") {
  std::vector<float> values(100000, 16777214.0f);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = 16777216.0f;
  NodeRunner runner(kType);
  runner.input("volume", volume_of(values));
  runner.run();
  CHECK(runner.reports().at("mean") == 16777215.0);
  CHECK(runner.reports().at("sd") == 1.0);
  CHECK(runner.output<Volume>("volume").voxels[0] == 1.0f);
  CHECK(runner.output<Volume>("volume").voxels[1] == -1.0f);
}

TEST_CASE("normalise: the result of a large image has mean 0 and sd 1") {
  NodeRunner runner(kType, {{"over", std::string("all")}});
  runner.input("volume", random_volume(small_grid(40, 41, 42), 2));
  runner.run();
  double sum = 0;
  double squares = 0;
  const auto& result = runner.output<Volume>("volume").voxels;
  for (const float value : result) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(result.size());
  CHECK(std::abs(sum / count) < 1e-6);
  CHECK(squares / count == doctest::Approx(1).epsilon(1e-6));
}

TEST_CASE("normalise: no voxel to take the mean of is an error that names the image") {
  NodeRunner runner(kType);
  runner.input("volume", volume_of({0, 0, 0}, "flair.nii"));
  CHECK(runner.error_of_run() ==
        "'flair.nii' has no non-zero voxels, so it has no mean to normalise by; check that the image is not empty and that "
        "parameter"
        " 'over' names the right voxels");
  runner.clear_inputs();
  runner.input("volume", volume_of({}, small_grid(0, 0, 0), ""));
  CHECK(runner.error_of_run().find("'input volume' has no non-zero voxels") == 0);
}

TEST_CASE("normalise: an empty mask is an error that names the mask and the image") {
  NodeRunner runner(kType, {{"over", std::string("mask")}});
  runner.input("volume", volume_of({1, 2, 3}, "flair.nii"));
  runner.input("mask", mask_of({0, 0, 0}, "brain.nii"));
  CHECK(runner.error_of_run() ==
        "'flair.nii' has no voxels in 'brain.nii', so it has no mean to normalise by; check that the image is not empty and that"
        " parameter 'over' names the right voxels");
}

TEST_CASE("normalise: a constant image is an error even when rounding leaves an sd that is not quite 0") {
  NodeRunner runner(kType);
  runner.input("volume", volume_of(std::vector<float>(1000, 0.1f), "flat.nii"));
  CHECK(runner.error_of_run() ==
        "all 1000 non-zero voxels of 'flat.nii' have one value, so its sd is 0 and it cannot be normalised; a constant image is"
        " probably the wrong file");
}

TEST_CASE("normalise: NaN and infinity among the chosen voxels are an error, outside them they are not") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    NodeRunner runner(kType);
    runner.input("volume", volume_of({1, 2, bad}, "broken.nii"));
    CHECK(
        runner.error_of_run() ==
        "the non-zero voxels of 'broken.nii' include values that are NaN, infinite or too large to add up, so it has no mean and"
        " sd; repair the image first");
    NodeRunner masked(kType, {{"over", std::string("mask")}});
    masked.input("volume", volume_of({1, 3, bad}));
    masked.input("mask", mask_of({1, 1, 0}));
    masked.run();
    CHECK(masked.output<Volume>("volume").voxels[1] == 1);
    CHECK_FALSE(std::isfinite(masked.output<Volume>("volume").voxels[2]));
  }
}

TEST_CASE("normalise: values that are far from all others are a warning, be they one or many; a bright vessel is not") {
  const auto warning_of = [](float value, std::size_t count) {
    Volume volume = random_volume(small_grid(40, 40, 40), 1, "flair.nii");  // from 9 to 11
    for (float& voxel : volume.voxels) voxel += 10;
    for (std::size_t i = 0; i < count; ++i) volume.voxels[100 * i + 77] = value;
    NodeRunner runner(kType, {{"over", std::string("all")}});
    runner.input("volume", volume).run();
    return runner.warnings().empty() ? std::string() : runner.warnings().front();
  };
  for (const std::size_t count : {1, 20, 500}) {
    CAPTURE(count);
    CHECK(warning_of(10 + 40, count) == "");  // 40 times as far as the others
    for (const float value : {1e30f, -1e30f, 1e6f, 100.0f})
      CHECK(warning_of(value, count).find(" times as far from their median as 98 % of them are; such values decide") !=
            std::string::npos);
  }
  CHECK(warning_of(1e30f, 1).find("the voxels of 'flair.nii' have the value 1e+30, which is 1.0") == 0);
}

TEST_CASE("normalise: over=mask without a mask says what to connect") {
  NodeRunner runner(kType, {{"over", std::string("mask")}});
  runner.input("volume", volume_of({1, 2}));
  CHECK(runner.error_of_run() ==
        "parameter 'over' is 'mask', but nothing is connected to input 'mask'; connect a mask or choose another 'over'");
}

TEST_CASE("normalise: a mask on another grid is an error that names both files") {
  NodeRunner runner(kType, {{"over", std::string("mask")}});
  runner.input("volume", volume_of({1, 2, 3}, "flair.nii"));
  runner.input("mask", mask_of({1, 1}, "brain.nii"));
  CHECK(runner.error_of_run().find("'flair.nii' and 'brain.nii' are not on one grid: size 3 x 1 x 1 and 2 x 1 x 1 voxels") == 0);
}

TEST_CASE("normalise: a mask with fewer values than voxels is refused, not read past its end") {
  NodeRunner runner(kType, {{"over", std::string("mask")}});
  runner.input("volume", volume_of({1, 2, 3}));
  runner.input("mask", mask_of({1, 1}, small_grid(3, 1, 1), "short.nii"));
  CHECK(runner.error_of_run() ==
        "'short.nii' contains 2 values, but its grid has 3 x 1 x 1 voxels; the plugin that made it is at fault");
}

TEST_CASE("normalise: a mask that is connected but not used is a warning") {
  NodeRunner runner(kType);
  runner.input("volume", volume_of({1, 2, 3}));
  runner.input("mask", mask_of({1, 1, 0}));
  runner.run();
  REQUIRE(runner.warnings().size() == 1);
  CHECK(runner.warnings()[0] ==
        "input 'mask' is connected but not used, because parameter 'over' is 'nonzero'; say \"mask\" to use it");
  CHECK(runner.reports().at("mean") == 2.0);
}

}  // namespace
}  // namespace flowrun::testing
