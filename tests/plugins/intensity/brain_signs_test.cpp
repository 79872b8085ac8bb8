// Images that cannot be a skull-stripped brain are named, and those that can are not.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

Geometry cube(std::int64_t size, double spacing) { return {.size = {size, size, size}, .spacing = {spacing, spacing, spacing}}; }

/// An ellipsoid with these half axes in voxels about the middle, values 80 to 120; `outside` elsewhere. Along an axis whose half
/// length is more than the image the brain is cut off.
Volume brain(const Geometry& grid, std::array<double, 3> half, float outside = 0) {
  Volume volume = random_volume(grid, 3, "flair.nii");
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto voxel = grid.voxel_at(i);
    double radius = 0;
    for (std::size_t axis = 0; axis < 3; ++axis)
      radius += std::pow((static_cast<double>(voxel[axis]) - 0.5 * static_cast<double>(grid.size[axis] - 1)) / half[axis], 2);
    float& value = volume.voxels[static_cast<std::size_t>(i)];
    value = radius <= 1 ? 100 + 20 * value : outside;
  }
  return volume;
}

std::vector<std::string> warnings(const std::string& type, const Volume& volume) {
  NodeRunner runner(type);
  runner.input("volume", volume).run();
  return runner.warnings();
}

void check_named(const Volume& volume, const std::string& words) {
  for (const std::string type : {"intensity.nonzero_mask", "intensity.normalise"}) {
    CAPTURE(type);
    const auto found = warnings(type, volume);
    REQUIRE(found.size() == 1);
    CAPTURE(found[0]);
    CHECK(found[0].find("'flair.nii' does not look skull-stripped: ") == 0);
    CHECK(found[0].find(words) != std::string::npos);
    CHECK(found[0].find("set everything outside of the brain to exactly 0 in every image") != std::string::npos);
  }
}

void check_silent(const Volume& volume) {
  for (const std::string type : {"intensity.nonzero_mask", "intensity.normalise"}) CHECK(warnings(type, volume).empty());
}

TEST_CASE("brain signs: a background that is not 0 is named, whatever its value") {
  const Geometry grid = cube(40, 4.5);
  check_named(brain(grid, {15, 17, 14}, 1), "100 % of its voxels are not 0, also 100 % of the corners around the head");
  check_named(brain(grid, {15, 17, 14}, -1000), "100 % of the corners");
  check_named(brain(grid, {15, 17, 14}, 1e-6f), "100 % of the corners");
}

TEST_CASE("brain signs: a noisy background with zeros in it is named, and one inside a frame of zeros") {
  const Geometry grid = cube(40, 4.5);
  Volume noisy = brain(grid, {15, 17, 14}), framed = brain(grid, {15, 17, 14}, 2);
  const Volume noise = random_volume(grid, 9);
  for (std::size_t i = 0; i < noisy.voxels.size(); ++i)
    if (noisy.voxels[i] == 0) noisy.voxels[i] = std::max(0.0f, std::round(2 * noise.voxels[i] + 0.8f));  // about a third are 0
  check_named(noisy, "of the corners");
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto [x, y, z] = grid.voxel_at(i);
    if (std::min({x, y, z}) < 4 || std::max({x, y, z}) > 36) framed.voxels[static_cast<std::size_t>(i)] = 0;
  }
  check_named(framed, "100 % of the corners");
}

TEST_CASE("brain signs: a head with skull and a clean background is named by its volume") {
  check_named(brain(cube(60, 4), {24, 29, 26}), "ml, more than any brain (2500 ml)");  // 4.9 l
}

TEST_CASE("brain signs: brains are taken without a word: whole, cropped to their box, cut off, a slab, small") {
  check_silent(brain(cube(40, 4.5), {15, 17, 14}));
  check_silent(brain({.size = {30, 34, 28}, .spacing = {4.5, 4.5, 4.5}}, {15, 17, 14}));  // its box
  check_silent(brain({.size = {40, 40, 10}, .spacing = {4, 4, 4}}, {18, 20, 60}));        // a slab: as wide above as below
  check_silent(brain({.size = {36, 40, 16}, .spacing = {4, 4, 4}}, {18, 20, 20}));        // cut off above and below
  check_silent(brain(cube(20, 2), {8, 9, 7}));                                            // 10 ml: a phantom or an animal
  check_silent(brain(cube(40, 6.2), {13, 14.5, 12.5}));  // 2.4 l
}

TEST_CASE("brain signs: too little for a head in an image of a head's size is named by the mask") {
  const auto found = warnings("intensity.nonzero_mask", brain(cube(40, 4.5), {5, 5, 5}));
  REQUIRE(found.size() == 1);
  CAPTURE(found[0]);
  CHECK(found[0].find("the voxels of 'flair.nii' that are not 0 take only 50.3 ml") == 0);
  CHECK(found[0].find("look whether it is the right file") != std::string::npos);
  CHECK(warnings("intensity.normalise", brain(cube(40, 4.5), {5, 5, 5})).empty());
}

TEST_CASE("brain signs: a mean over a mask or over all voxels asks for no stripped image") {
  const Volume volume = brain(cube(40, 4.5), {15, 17, 14}, 1);
  NodeRunner all("intensity.normalise", R"({"over": "all"})"), masked("intensity.normalise", R"({"over": "mask"})");
  all.input("volume", volume).run();
  CHECK(all.warnings().empty());
  masked.input("volume", volume).input("mask", random_mask(volume.geometry, 0.5, 1)).run();
  CHECK(masked.warnings().empty());
}

TEST_CASE("brain signs: NaN counts as 0, and images without voxels or too thin to have corners are not judged") {
  Volume volume = brain(cube(40, 4.5), {15, 17, 14});
  for (float& value : volume.voxels)
    if (value == 0) value = std::numeric_limits<float>::quiet_NaN();
  CHECK(warnings("intensity.nonzero_mask", volume).empty());
  CHECK(warnings("intensity.nonzero_mask", volume_of({}, small_grid(0, 3, 2))).empty());
  CHECK(warnings("intensity.nonzero_mask", random_volume(small_grid(9, 30, 30), 1)).empty());
}

}  // namespace
}  // namespace flowrun::testing
