// Crops whose box comes from a mask on another number of voxels, with margins as shares.
#include <doctest/doctest.h>

#include <cmath>

#include "flowrun/testing/node_runner.h"
#include "plugins/geometry/stored_orders.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Size = std::array<std::int64_t, 3>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A mask with one full box of voxels, [begin, end).
Mask box_mask(const Geometry& grid, const Size& begin, const Size& end) {
  Mask mask = mask_of(std::vector<std::uint8_t>(static_cast<std::size_t>(grid.voxel_count())), grid, "brain.nii");
  for (std::int64_t z = begin[2]; z < end[2]; ++z)
    for (std::int64_t y = begin[1]; y < end[1]; ++y)
      for (std::int64_t x = begin[0]; x < end[0]; ++x) mask.voxels[static_cast<std::size_t>(grid.index_of(x, y, z))] = 1;
  return mask;
}

/// The same box of the world with other voxels.
Mask on_size(const Mask& mask, const Size& size) {
  NodeRunner runner("geometry.resize_mask", {{"size", std::vector<std::int64_t>(size.begin(), size.end())}});
  runner.input("mask", mask).run();
  return runner.output<Mask>("mask");
}

/// First voxel and size of the cut, whose voxels are those of the image at their places.
std::pair<Size, Size> cut(const Geometry& grid, const Mask& around, const char* params) {
  Volume volume = volume_of({}, grid);
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) volume.voxels.push_back(static_cast<float>(i));
  NodeRunner runner("geometry.crop_volume", params);
  runner.input("volume", volume).input("around", around).run();
  const Volume& part = runner.output<Volume>("volume");
  const Size first = grid.voxel_at(static_cast<std::int64_t>(part.voxels.front()));
  for (std::size_t row = 0; row < 3; ++row)
    CHECK(place_of(part.geometry, {0, 0, 0})[row] == doctest::Approx(place_of(grid, first)[row]).epsilon(1e-9));
  return {first, part.geometry.size};
}

using Cut = std::pair<Size, Size>;

}  // namespace

TEST_CASE("crop: a margin as a share of the box is added on each side, as far as the image reaches") {
  const Geometry grid = small_grid(60, 40, 20);
  const Mask mask = box_mask(grid, {20, 10, 0}, {40, 20, 20});
  CHECK(cut(grid, mask, R"({"margin_share": 0.1})") == Cut{{18, 9, 0}, {24, 12, 20}});
  CHECK(cut(grid, mask, R"({"margin_share": 0.5})") == Cut{{10, 5, 0}, {40, 20, 20}});
  CHECK(cut(grid, mask, R"({"margin_share": 100})") == Cut{{0, 0, 0}, {60, 40, 20}});
  // 0.7 and 1.2 mm a voxel: two voxels more, and two
  CHECK(cut(grid, mask, R"({"margin_share": 0.1, "margin": 1.4})") == Cut{{16, 7, 0}, {28, 16, 20}});
}

TEST_CASE("crop: a share never makes the cut smaller than the box") {
  const Geometry grid = small_grid(9, 9, 9);
  for (std::int64_t at = 0; at < 9; ++at) {
    const auto [first, size] = cut(grid, box_mask(grid, {at, at, at}, {at + 1, at + 1, at + 1}), R"({"margin_share": 0.01})");
    for (std::size_t axis = 0; axis < 3; ++axis) {
      CHECK(first[axis] <= at);
      CHECK(first[axis] + size[axis] > at);
    }
  }
}

TEST_CASE("crop: the mask may have other voxels over the same box of the world") {
  const Geometry grid = small_grid(60, 40, 20);
  const Mask small = on_size(box_mask(grid, {20, 10, 0}, {40, 20, 20}), {30, 20, 10});
  CHECK(cut(grid, small, "{}") == Cut{{20, 10, 0}, {20, 10, 20}});
  CHECK(cut(grid, small, R"({"margin_share": 0.1})") == Cut{{18, 9, 0}, {24, 12, 20}});
  // 7 voxels where there were 60: voxel 3 alone is from 25.7 to 34.3
  const Geometry coarse = on_size(box_mask(grid, {0, 0, 0}, {1, 1, 1}), {7, 40, 20}).geometry;
  CHECK(cut(grid, box_mask(coarse, {3, 0, 0}, {4, 40, 20}), "{}") == Cut{{25, 0, 0}, {10, 40, 20}});
  // centre 30, size 1.2 * 8.57 = 10.3, rounded to 10
  CHECK(cut(grid, box_mask(coarse, {3, 0, 0}, {4, 40, 20}), R"({"margin_share": 0.1})") == Cut{{25, 0, 0}, {10, 40, 20}});
}

TEST_CASE("crop: slices of which only a small share is inside do not count for the box") {
  const Geometry grid = small_grid(20, 10, 10);
  Mask mask = box_mask(grid, {5, 2, 3}, {12, 8, 9});
  mask.voxels[static_cast<std::size_t>(grid.index_of(19, 0, 0))] = 1;
  CHECK(cut(grid, mask, "{}") == Cut{{5, 0, 0}, {15, 8, 9}});
  CHECK(cut(grid, mask, R"({"slice_share": 0.02})") == Cut{{5, 2, 3}, {7, 6, 6}});
  // one voxel of 100 is a share of 0.01, which is not more than that
  CHECK(cut(grid, mask, R"({"slice_share": 0.01})") == Cut{{5, 2, 3}, {7, 6, 6}});
  // it is one of 200 in its slices across y and z
  CHECK(cut(grid, mask, R"({"slice_share": 0.006})") == Cut{{5, 2, 3}, {15, 6, 6}});
  CHECK(cut(grid, mask, R"({"slice_share": 0.001})") == Cut{{5, 0, 0}, {15, 8, 9}});
  NodeRunner none("geometry.crop_volume", R"({"slice_share": 0.9})");
  none.input("volume", random_volume(grid, 3)).input("around", mask);
  CHECK(contains(none.error_of_run(), "'brain.nii' has no voxel that is not 0 in a slice of which more than the share"));
}

TEST_CASE("crop: a mask over another box of the world is refused") {
  const Geometry grid = small_grid(20, 10, 10);
  Mask mask = on_size(box_mask(grid, {5, 2, 3}, {12, 8, 9}), {10, 10, 10});
  mask.geometry.origin[0] += 5;
  NodeRunner runner("geometry.crop_volume", R"({"margin_share": 0.1})");
  runner.input("volume", random_volume(grid, 3)).input("around", mask);
  CHECK(contains(runner.error_of_run(), "not on one grid"));
}

}  // namespace flowrun::testing
