#include <doctest/doctest.h>

#include <cmath>

#include "flowrun/testing/node_runner.h"
#include "plugins/geometry/stored_orders.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A grid turned about two axes, so that no entry of its direction is a whole number.
Geometry oblique(std::int64_t x, std::int64_t y, std::int64_t z) {
  Geometry grid = small_grid(x, y, z);
  const double c = std::cos(0.3), s = std::sin(0.3), d = std::cos(-0.2), t = std::sin(-0.2);
  grid.direction = {c, -s * d, s * t, s, c * d, -c * t, 0, t, d};
  return grid;
}

Volume cropped(const Volume& volume, const char* params) {
  NodeRunner runner("geometry.crop_volume", params);
  runner.input("volume", volume).run();
  return runner.output<Volume>("volume");
}

std::string crop_error(const Volume& volume, const char* params) {
  NodeRunner runner("geometry.crop_volume", params);
  runner.input("volume", volume);
  return runner.error_of_run();
}

/// A mask with the voxels given, else 0.
Mask mask_with(const Geometry& grid, const std::vector<std::array<std::int64_t, 3>>& voxels) {
  Mask mask = mask_of(std::vector<std::uint8_t>(static_cast<std::size_t>(grid.voxel_count())), grid, "brain.nii");
  for (const auto& at : voxels) mask.voxels[static_cast<std::size_t>(grid.index_of(at[0], at[1], at[2]))] = 7;
  return mask;
}

}  // namespace

TEST_CASE("crop_volume: by voxels, each value keeps its place in the world") {
  const Volume volume = random_volume(oblique(7, 6, 5), 3);
  const Volume part = cropped(volume, R"({"begin": [1, 2, 0], "end": [5, -1, 4]})");
  CHECK(part.geometry.size == std::array<std::int64_t, 3>{4, 3, 4});
  CHECK(part.geometry.spacing == volume.geometry.spacing);
  CHECK(part.geometry.direction == volume.geometry.direction);
  for (std::int64_t i = 0; i < part.geometry.voxel_count(); ++i) {
    const auto at = part.geometry.voxel_at(i);
    const std::array<std::int64_t, 3> from{at[0] + 1, at[1] + 2, at[2]};
    CHECK(part.voxels[static_cast<std::size_t>(i)] ==
          volume.voxels[static_cast<std::size_t>(volume.geometry.index_of(from[0], from[1], from[2]))]);
    for (std::size_t row = 0; row < 3; ++row)
      CHECK(place_of(part.geometry, at)[row] == doctest::Approx(place_of(volume.geometry, from)[row]).epsilon(1e-12));
  }
}

TEST_CASE("crop_volume: negative numbers count from the end, 0 as the end is the end") {
  const Volume volume = random_volume(small_grid(6, 5, 4), 3);
  CHECK(cropped(volume, R"({"begin": [-2, 0, 0]})").geometry.size == std::array<std::int64_t, 3>{2, 5, 4});
  CHECK(cropped(volume, R"({"end": [0, -4, 2]})").geometry.size == std::array<std::int64_t, 3>{6, 1, 2});
}

TEST_CASE("crop_volume: the box of a mask, with a margin in mm rounded up to voxels and cut at the border") {
  const Volume volume = random_volume(small_grid(20, 12, 6), 3);  // 0.7, 1.2 and 3 mm
  const Mask around = mask_with(volume.geometry, {{6, 5, 2}, {8, 3, 4}});
  const auto size_with = [&](double margin) {
    NodeRunner runner("geometry.crop_volume", NodeRunner::Values{{"margin", margin}});
    runner.input("volume", volume).input("around", around).run();
    return runner.output<Volume>("volume").geometry.size;
  };
  CHECK(size_with(0) == std::array<std::int64_t, 3>{3, 3, 3});
  CHECK(size_with(2.1) == std::array<std::int64_t, 3>{9, 7, 5});  // 3 voxels of 0.7 mm, 2 of 1.2 mm, 1 of 3 mm
  CHECK(size_with(1000) == volume.geometry.size);
}

TEST_CASE("crop_mask: the values of labels stay, and the mask may be its own box") {
  const Mask mask = mask_with(small_grid(6, 5, 4), {{2, 2, 1}, {3, 4, 1}});
  NodeRunner runner("geometry.crop_mask");
  runner.input("mask", mask).input("around", mask).run();
  CHECK(runner.output<Mask>("mask").voxels == std::vector<std::uint8_t>{7, 0, 0, 0, 0, 7});
  CHECK(runner.output<Mask>("mask").source == "brain.nii");
}

TEST_CASE("crop and pad: back on the whole grid, equal to the last bit, from any box") {
  for (const Geometry& grid : {small_grid(7, 6, 5), oblique(7, 6, 5)}) {
    Volume volume = random_volume(grid, 5, "flair.nii");
    volume.facts.contrast = "FLAIR";
    for (const char* box : {R"({"begin": [1, 2, 3]})", R"({"end": [3, 4, 1]})", R"({"begin": [6, 5, 4]})", "{}"}) {
      const Volume part = cropped(volume, box);
      CHECK(part.facts == volume.facts);
      NodeRunner back("geometry.pad_volume_like", R"({"outside": -9})");
      back.input("volume", part).input("reference", volume).run();
      const Volume& whole = back.output<Volume>("volume");
      CHECK(whole.geometry == volume.geometry);
      CHECK(whole.facts == volume.facts);
      std::size_t kept = 0;
      for (std::size_t i = 0; i < whole.voxels.size(); ++i) {
        if (whole.voxels[i] == volume.voxels[i]) ++kept;
        else CHECK(whole.voxels[i] == -9);
      }
      CHECK(kept == part.voxels.size());
    }
  }
}

TEST_CASE("pad_mask_like: a result on a grid that a file rounded goes back too") {
  const Volume reference = random_volume(oblique(7, 6, 5), 5, "flair.nii");
  Mask part = mask_of({1, 2, 3, 4}, oblique(2, 2, 1), "lesions.nii");
  const auto origin = place_of(reference.geometry, {3, 1, 2});
  for (std::size_t row = 0; row < 3; ++row) part.geometry.origin[row] = static_cast<float>(origin[row]);
  for (double& entry : part.geometry.direction) entry = static_cast<float>(entry);
  NodeRunner runner("geometry.pad_mask_like", R"({"outside": 200})");
  runner.input("mask", part).input("reference", reference).run();
  const Mask& whole = runner.output<Mask>("mask");
  CHECK(whole.geometry == reference.geometry);
  CHECK(whole.voxels[static_cast<std::size_t>(whole.geometry.index_of(4, 2, 2))] == 4);
  CHECK(std::count(whole.voxels.begin(), whole.voxels.end(), 200) == 7 * 6 * 5 - 4);
}

TEST_CASE("crop and pad: what is whole already is passed on without a copy") {
  const auto image = std::make_shared<const Volume>(random_volume(small_grid(3, 4, 5), 3));
  NodeRunner crop("geometry.crop_volume"), pad("geometry.pad_volume_like");
  crop.input("volume", PayloadPtr(image)).run();
  CHECK(crop.output_ptr("volume") == image);
  pad.input("volume", PayloadPtr(image)).input("reference", *image).run();
  CHECK(pad.output_ptr("volume") == image);
}

TEST_CASE("crop: boxes without a voxel or beyond the image are refused") {
  const Volume volume = random_volume(small_grid(6, 5, 4), 3);
  CHECK(contains(crop_error(volume, R"({"begin": [3, 0, 0], "end": [3, 0, 0]})"), "along x name no voxels of 'random.nii'"));
  CHECK(contains(crop_error(volume, R"({"end": [0, 6, 0]})"), "along y name no voxels"));
  CHECK(contains(crop_error(volume, R"({"begin": [0, 0, -5]})"), "along z name no voxels"));
  CHECK(contains(crop_error(volume, R"({"begin": [-9223372036854775807, 0, 0]})"), "along x name no voxels"));
  CHECK(contains(crop_error(volume_of({}, small_grid(0, 5, 4)), "{}"), "along x name no voxels"));
}

TEST_CASE("crop: a mask that is empty, on another grid or beside given voxels is refused") {
  const Volume volume = random_volume(small_grid(6, 5, 4), 3);
  const auto error_with = [&](const Mask& around, const char* params) {
    NodeRunner runner("geometry.crop_volume", params);
    runner.input("volume", volume).input("around", around);
    return runner.error_of_run();
  };
  CHECK(contains(error_with(mask_with(volume.geometry, {}), "{}"), "'brain.nii' has no voxel that is not 0"));
  CHECK(contains(error_with(mask_with(small_grid(6, 5, 3), {}), "{}"), "not on one grid"));
  CHECK(contains(error_with(mask_with(volume.geometry, {{1, 1, 1}}), R"({"begin": [1, 0, 0]})"), "leave out one of both"));
  Volume flat = volume;
  flat.geometry.spacing[2] = 0;
  NodeRunner runner("geometry.crop_volume");
  runner.input("volume", flat).input("around", mask_with(flat.geometry, {{1, 1, 1}}));
  CHECK(runner.error_of_run() != "");
}

TEST_CASE("pad: an image that is no part of the reference is refused, and the sentence says why") {
  const Volume reference = random_volume(small_grid(6, 5, 4), 3, "flair.nii");
  const Volume part = cropped(reference, R"({"begin": [1, 1, 1], "end": [4, 4, 3]})");
  const auto error_with = [&](Volume image) {
    NodeRunner runner("geometry.pad_volume_like");
    image.source = "map.nii";
    runner.input("volume", image).input("reference", reference);
    return runner.error_of_run();
  };
  CHECK(error_with(part) == "");
  Volume other = part;
  other.geometry.spacing[0] = 0.8;
  CHECK(contains(error_with(other), "not on one grid: spacing"));
  other = part;
  other.geometry.origin[1] += 0.3;
  CHECK(contains(error_with(other), "not on one grid: origin"));
  other = part;
  other.geometry.direction = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  CHECK(contains(error_with(other), "direction"));
  other = part;
  other.geometry.origin[2] += 3 * 2;
  CHECK(contains(error_with(other), "of 'flair.nii', which has 6 x 5 x 4 voxels"));
  other = part;
  other.geometry.origin[0] = std::nan("");
  CHECK(contains(error_with(other), "not a usable number"));
}

}  // namespace flowrun::testing
