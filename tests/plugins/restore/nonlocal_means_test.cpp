#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/restore/direct_means.h"
#include "plugins/restore/tissue_image.h"

namespace flowrun::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

NodeRunner::Values values_of(const DirectSettings& settings) {
  return {{"search_radius", std::int64_t{settings.search}},
          {"patch_radius", std::int64_t{settings.patch}},
          {"block_step", std::int64_t{settings.step}},
          {"beta", settings.beta},
          {"mean_ratio", settings.mean_ratio},
          {"variance_ratio", settings.variance_ratio},
          {"sigma", settings.sigma},
          {"noise", std::string(settings.rician ? "rician" : "gaussian")}};
}

std::vector<float> filtered(const Volume& volume, const DirectSettings& settings) {
  NodeRunner runner("restore.nonlocal_means", values_of(settings));
  runner.input("volume", volume).run();
  CHECK(runner.output<Volume>("volume").geometry == volume.geometry);
  return runner.output<Volume>("volume").voxels;
}

/// The node and the definition agree to 1e-5 of the image's largest value.
void check_against_direct(const Volume& volume, const DirectSettings& settings) {
  const std::vector<float> found = filtered(volume, settings);
  const std::vector<double> expected = DirectMeans(volume, settings).run();
  const double largest = *std::max_element(volume.voxels.begin(), volume.voxels.end());
  double difference = 0, changed = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    difference = std::max(difference, std::abs(found[i] - expected[i]));
    changed = std::max(changed, std::abs(found[i] - static_cast<double>(volume.voxels[i])));
  }
  CHECK(difference < 1e-5 * largest);
  CHECK(changed > 1e-3 * largest);
}

Volume noisy(const Geometry& grid, double noise = 5, unsigned seed = 3) { return tissue_image(grid, 0, noise, seed).volume; }

/// Magnitudes of a signal with noise of sd 1 in both channels.
Volume rician_image(const Geometry& grid, double signal, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<float> voxels(static_cast<std::size_t>(grid.voxel_count()));
  for (float& voxel : voxels) {
    const double real = signal + normal(random), imaginary = normal(random);
    voxel = static_cast<float>(std::hypot(real, imaginary));
  }
  return volume_of(std::move(voxels), grid);
}

struct Moments {
  double mean = 0, sd = 0;
};

Moments moments_of(const std::vector<float>& voxels) {
  double sum = 0, squares = 0;
  for (const double voxel : voxels) sum += voxel, squares += voxel * voxel;
  const double mean = sum / static_cast<double>(voxels.size());
  return {mean, std::sqrt(squares / static_cast<double>(voxels.size()) - mean * mean)};
}

}  // namespace

TEST_CASE("nonlocal_means: equals a direct sum in double precision with the published parameters") {
  check_against_direct(noisy(small_grid(13, 12, 11)), {.sigma = 5});
  check_against_direct(noisy(small_grid(13, 12, 11)), {.sigma = 5, .rician = false});
}

TEST_CASE("nonlocal_means: equals a direct sum for other blocks, steps, windows and strengths") {
  const Volume volume = noisy(small_grid(11, 9, 8), 4, 8);
  for (const bool rician : {true, false}) {
    check_against_direct(volume, {.search = 2, .patch = 1, .step = 1, .sigma = 4, .rician = rician});
    check_against_direct(volume, {.search = 3, .patch = 2, .step = 3, .sigma = 4, .rician = rician});
    check_against_direct(volume, {.search = 2,
                                  .patch = 3,
                                  .step = 4,
                                  .beta = 0.5,
                                  .mean_ratio = 0.9,
                                  .variance_ratio = 0.3,
                                  .sigma = 9,
                                  .rician = rician});
    check_against_direct(volume, {.search = 3, .patch = 2, .step = 4, .beta = 2, .sigma = 6, .rician = rician});
  }
}

TEST_CASE("nonlocal_means: equals a direct sum without preselection, and for values around 0") {
  const DirectSettings all{.search = 3, .mean_ratio = 0, .variance_ratio = 0, .sigma = 5, .rician = false};
  check_against_direct(noisy(small_grid(9, 8, 7)), all);
  Volume standardised = noisy(small_grid(9, 8, 7));
  for (float& voxel : standardised.voxels) voxel = (voxel - 60) / 20;
  check_against_direct(standardised, {.search = 3, .mean_ratio = 0, .variance_ratio = 0, .sigma = 0.25, .rician = false});
}

TEST_CASE("nonlocal_means: images of one slice, one row and of fewer voxels than a block equal the direct sum") {
  for (const Geometry& grid : {small_grid(20, 15, 1), small_grid(60, 1, 1), small_grid(2, 2, 3), small_grid(1, 9, 8)}) {
    Volume volume = random_volume(grid, 4);
    for (float& voxel : volume.voxels) voxel = 50 + 10 * voxel;
    check_against_direct(volume, {.patch = 2, .mean_ratio = 0, .variance_ratio = 0, .sigma = 8, .rician = false});
  }
}

TEST_CASE("nonlocal_means: the same bits for any number of threads") {
  const Volume volume = noisy(small_grid(30, 28, 25));
  std::vector<float> first;
  for (const int threads : {1, 2, 3, 1}) {
    NodeRunner runner("restore.nonlocal_means");
    runner.threads(threads).input("volume", volume).run();
    if (first.empty()) first = runner.output<Volume>("volume").voxels;
    CHECK(runner.output<Volume>("volume").voxels == first);
  }
}

TEST_CASE("nonlocal_means: values and sigma in another unit give the same image in that unit") {
  const Volume volume = noisy(small_grid(12, 11, 10));
  Volume scaled = volume;
  for (float& voxel : scaled.voxels) voxel *= 1024;
  const std::vector<float> one = filtered(volume, {.sigma = 5}), other = filtered(scaled, {.sigma = 5 * 1024});
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(other[i] == 1024 * one[i]);
}

TEST_CASE("nonlocal_means: takes most of the noise out of flat regions and keeps the edge between them") {
  const Geometry grid = small_grid(32, 24, 24);
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  Volume volume = volume_of(std::vector<float>(static_cast<std::size_t>(grid.voxel_count())), grid);
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i)
    volume.voxels[static_cast<std::size_t>(i)] = static_cast<float>((grid.voxel_at(i)[0] < 16 ? 60 : 100) + 5 * normal(random));
  const std::vector<float> found = filtered(volume, {.sigma = 5, .rician = false});
  double error = 0, low = 0, high = 0;
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto x = grid.voxel_at(i)[0];
    const double value = found[static_cast<std::size_t>(i)];
    error += std::pow(value - (x < 16 ? 60 : 100), 2);
    if (x == 15) low += value / (24 * 24);
    if (x == 16) high += value / (24 * 24);
  }
  CHECK(std::sqrt(error / static_cast<double>(grid.voxel_count())) < 1.5);
  CHECK(low == doctest::Approx(60).epsilon(0.01));
  CHECK(high == doctest::Approx(100).epsilon(0.01));
}

TEST_CASE("nonlocal_means: takes the bias of Rician noise out of a dark signal") {
  const Volume volume = rician_image(small_grid(24, 24, 24), 2, 6);
  CHECK(moments_of(volume.voxels).mean > 2.2);
  const DirectSettings settings{.mean_ratio = 0, .variance_ratio = 0, .sigma = 1};
  CHECK(moments_of(filtered(volume, settings)).mean == doctest::Approx(2).epsilon(0.02));
  DirectSettings gaussian = settings;
  gaussian.rician = false;
  CHECK(moments_of(filtered(volume, gaussian)).mean > 2.2);
}

TEST_CASE("nonlocal_means: estimates Gaussian noise, and Rician noise from a signal of 1 sd on, within 3 %") {
  for (const double signal : {1.0, 2.0, 4.0, 20.0, 100.0}) {
    CAPTURE(signal);
    const Volume volume = rician_image(small_grid(50, 48, 46), signal, 21);
    NodeRunner runner("restore.nonlocal_means", R"({"search_radius": 1})");
    runner.input("volume", volume).input("mask", mask_of(std::vector<std::uint8_t>(volume.voxels.size(), 1), volume.geometry));
    runner.run();
    CHECK(runner.reports().at("sigma") == doctest::Approx(1).epsilon(0.03));
  }
  const Volume gaussian = noisy(small_grid(50, 48, 46), 3);
  NodeRunner runner("restore.nonlocal_means", R"({"search_radius": 1, "noise": "gaussian"})");
  runner.input("volume", gaussian).run();
  CHECK(runner.reports().at("sigma") == doctest::Approx(3).epsilon(0.03));
  CHECK(runner.reports().at("signal_to_noise") == doctest::Approx(27).epsilon(0.2));
}

TEST_CASE("nonlocal_means: voxels outside the mask stay, those inside are as without one") {
  const TissueImage made = tissue_image(small_grid(20, 18, 16), 0, 4, 7);
  Mask half = made.inside;
  for (std::size_t i = 0; i < half.voxels.size() / 2; ++i) half.voxels[i] = 0;
  NodeRunner whole("restore.nonlocal_means", R"({"sigma": 4})"), masked("restore.nonlocal_means", R"({"sigma": 4})");
  whole.input("volume", made.volume).run();
  masked.input("volume", made.volume).input("mask", half).run();
  const auto& all = whole.output<Volume>("volume").voxels;
  const auto& some = masked.output<Volume>("volume").voxels;
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(some[i] == (half.voxels[i] ? all[i] : made.volume.voxels[i]));
}

TEST_CASE("nonlocal_means: facts are handed on") {
  Volume volume = noisy(small_grid(12, 11, 10));
  volume.facts = {.contrast = "T1w", .space = "", .kind = std::string(kIntensity)};
  NodeRunner runner("restore.nonlocal_means");
  runner.input("volume", volume).run();
  CHECK(runner.output<Volume>("volume").facts == volume.facts);
  CHECK(runner.output<Volume>("volume").source == volume.source);
}

TEST_CASE("nonlocal_means: an image without noise, and an empty one, are passed on") {
  const Volume flat = volume_of(std::vector<float>(1000, 7), small_grid(10, 10, 10));
  NodeRunner runner("restore.nonlocal_means");
  runner.input("volume", flat).input("mask", mask_of(std::vector<std::uint8_t>(1000, 1), flat.geometry)).run();
  CHECK(runner.output<Volume>("volume").voxels == flat.voxels);
  REQUIRE(runner.warnings().size() == 1);
  CHECK(contains(runner.warnings()[0], "no noise was found"));
  NodeRunner empty("restore.nonlocal_means");
  empty.input("volume", volume_of({}, small_grid(0, 4, 4))).run();
  CHECK(empty.output<Volume>("volume").voxels.empty());
}

TEST_CASE("nonlocal_means: a sigma that is out of all proportion gives a finite image") {
  const Volume volume = noisy(small_grid(10, 9, 8));
  for (const double sigma : {1e-36, 1e-20, 1e-6, 1e6, 1e30}) {
    NodeRunner runner("restore.nonlocal_means", NodeRunner::Values{{"sigma", sigma}, {"noise", std::string("gaussian")}});
    runner.input("volume", volume).run();
    for (const float voxel : runner.output<Volume>("volume").voxels) REQUIRE(std::isfinite(voxel));
    if (sigma < 1e-10) CHECK(runner.output<Volume>("volume").voxels == volume.voxels);
  }
  Volume huge = volume;
  for (float& voxel : huge.voxels) voxel *= 1e35F;
  NodeRunner runner("restore.nonlocal_means");
  runner.input("volume", huge).run();
  for (const float voxel : runner.output<Volume>("volume").voxels) REQUIRE(std::isfinite(voxel));
}

TEST_CASE("nonlocal_means: negative values are a warning where the noise is Rician") {
  Volume volume = noisy(small_grid(12, 11, 10));
  volume.voxels[0] = -1;
  NodeRunner rician("restore.nonlocal_means"), gaussian("restore.nonlocal_means", R"({"noise": "gaussian"})");
  rician.input("volume", volume).run();
  gaussian.input("volume", volume).run();
  REQUIRE(rician.warnings().size() == 1);
  CHECK(contains(rician.warnings()[0], "1 voxels of 'head.nii' are below 0"));
  CHECK(gaussian.warnings().empty());
}

TEST_CASE("nonlocal_means: what cannot be filtered is refused with a sentence") {
  const auto error_for = [](Volume volume, const char* params) {
    NodeRunner runner("restore.nonlocal_means", params);
    runner.input("volume", std::move(volume));
    return runner.error_of_run();
  };
  Volume volume = noisy(small_grid(12, 11, 10));
  CHECK(contains(error_for(volume, R"({"block_step": 3})"), "more than twice 'patch_radius'"));
  volume.voxels[5] = kNan;
  volume.voxels[6] = std::numeric_limits<float>::infinity();
  CHECK(contains(error_for(volume, "{}"), "2 voxels of 'head.nii' are NaN or infinite"));
  CHECK(contains(error_for(volume_of(std::vector<float>(27, 0), small_grid(3, 3, 3)), "{}"),
                 "cannot be estimated: all its voxels have the value 0.000000"));
  NodeRunner other("restore.nonlocal_means");
  other.input("volume", noisy(small_grid(12, 11, 10))).input("mask", mask_of({1}, small_grid(1, 1, 1)));
  CHECK(contains(other.error_of_run(), "not on one grid"));
  CHECK_THROWS_AS(NodeRunner("restore.nonlocal_means", R"({"patch_radius": 4})"), Error);
  CHECK_THROWS_AS(NodeRunner("restore.nonlocal_means", R"({"search_radius": -1})"), Error);
}

}  // namespace flowrun::testing
