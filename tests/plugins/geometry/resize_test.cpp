#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/geometry/stored_orders.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

using Size = std::array<std::int64_t, 3>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A grid turned about two axes, so that no entry of its direction is a whole number.
Geometry oblique(std::int64_t x, std::int64_t y, std::int64_t z) {
  Geometry grid = small_grid(x, y, z);
  const double c = std::cos(0.3), s = std::sin(0.3), d = std::cos(-0.2), t = std::sin(-0.2);
  grid.direction = {c, -s * d, s * t, s, c * d, -c * t, 0, t, d};
  return grid;
}

NodeRunner::Values values(const Size& size, const std::string& method = "nearest") {
  return {{"size", std::vector<std::int64_t>(size.begin(), size.end())}, {"method", method}};
}

Volume resized(const Volume& volume, const Size& size, const std::string& method = "nearest", int threads = 1) {
  NodeRunner runner("geometry.resize_volume", values(size, method));
  runner.threads(threads).input("volume", volume).run();
  return runner.output<Volume>("volume");
}

/// The sum over all voxels of value times a tent of one voxel around the place that is asked for: what linear means.
double direct_linear(const Volume& volume, const std::array<double, 3>& at) {
  double sum = 0;
  for (std::int64_t i = 0; i < volume.geometry.voxel_count(); ++i) {
    const auto voxel = volume.geometry.voxel_at(i);
    double weight = 1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double inside = std::clamp(at[axis], 0.0, static_cast<double>(volume.geometry.size[axis] - 1));
      weight *= std::max(0.0, 1 - std::abs(inside - static_cast<double>(voxel[axis])));
    }
    sum += weight * volume.voxels[static_cast<std::size_t>(i)];
  }
  return sum;
}

/// The place of a point of the world on the axes of a grid, in voxels.
std::array<double, 3> voxels_at(const Geometry& grid, const std::array<double, 3>& place) {
  std::array<double, 3> at{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t row = 0; row < 3; ++row) at[axis] += grid.direction[3 * row + axis] * (place[row] - grid.origin[row]);
    at[axis] /= grid.spacing[axis];
  }
  return at;
}

const Size kSizes[] = {{3, 4, 5}, {14, 12, 10}, {8, 5, 1}, {7, 6, 5}, {1, 1, 1}, {21, 7, 9}};

}  // namespace

TEST_CASE("resize_volume: nearest takes the voxel that each new centre lies in, at its place in the world") {
  const Volume volume = random_volume(oblique(7, 6, 5), 3);
  for (const Size& size : kSizes) {
    const Volume found = resized(volume, size);
    REQUIRE(found.geometry.size == size);
    for (std::int64_t i = 0; i < found.geometry.voxel_count(); ++i) {
      const auto at = voxels_at(volume.geometry, place_of(found.geometry, found.geometry.voxel_at(i)));
      Size from{};
      for (std::size_t axis = 0; axis < 3; ++axis) from[axis] = static_cast<std::int64_t>(std::floor(at[axis] + 0.5 + 1e-9));
      CHECK(found.voxels[static_cast<std::size_t>(i)] ==
            volume.voxels[static_cast<std::size_t>(volume.geometry.index_of(from[0], from[1], from[2]))]);
    }
  }
}

TEST_CASE("resize_volume: linear is the direct sum of weights in the world") {
  const Volume volume = random_volume(oblique(7, 6, 5), 4);
  for (const Size& size : kSizes) {
    const Volume found = resized(volume, size, "linear");
    for (std::int64_t i = 0; i < found.geometry.voxel_count(); ++i) {
      const auto at = voxels_at(volume.geometry, place_of(found.geometry, found.geometry.voxel_at(i)));
      CHECK(found.voxels[static_cast<std::size_t>(i)] == doctest::Approx(direct_linear(volume, at)).epsilon(1e-6));
    }
  }
}

TEST_CASE("resize_volume: the box of the world, the facts and the source stay") {
  Volume volume = random_volume(oblique(7, 6, 5), 3, "flair.nii");
  volume.facts.contrast = "FLAIR";
  volume.facts.space = "MNI";
  const Volume found = resized(volume, {128, 3, 5});
  CHECK(found.facts == volume.facts);
  CHECK(found.source == "flair.nii");
  CHECK(found.geometry.direction == volume.geometry.direction);
  CHECK(found.geometry.spacing[2] == volume.geometry.spacing[2]);
  for (std::size_t axis = 0; axis < 3; ++axis)
    CHECK(static_cast<double>(found.geometry.size[axis]) * found.geometry.spacing[axis] ==
          doctest::Approx(static_cast<double>(volume.geometry.size[axis]) * volume.geometry.spacing[axis]).epsilon(1e-12));
}

TEST_CASE("resize: there and back onto the reference's grid, equal to the last bit") {
  const Volume volume = random_volume(oblique(7, 6, 5), 3);
  const Volume larger = resized(volume, {21, 12, 15});
  NodeRunner back("geometry.resize_volume_like");
  back.input("volume", larger).input("reference", volume).run();
  CHECK(back.output<Volume>("volume").geometry == volume.geometry);
  CHECK(back.output<Volume>("volume").voxels == volume.voxels);

  const Mask mask = random_mask(volume.geometry, 0.4, 5);
  NodeRunner there("geometry.resize_mask", R"({"size": [14, 18, 5]})"), again("geometry.resize_mask_like");
  there.input("mask", mask).run();
  again.input("mask", there.output_ptr("mask")).input("reference", volume).run();
  CHECK(again.output<Mask>("mask").geometry == volume.geometry);
  CHECK(again.output<Mask>("mask").voxels == mask.voxels);
}

TEST_CASE("resize: the same bits for any number of threads, and no copy where nothing changes") {
  const Volume volume = random_volume(small_grid(17, 13, 11), 6);
  for (const char* method : {"nearest", "linear"})
    CHECK(resized(volume, {30, 20, 25}, method, 1).voxels == resized(volume, {30, 20, 25}, method, 3).voxels);
  const auto image = std::make_shared<const Volume>(volume);
  NodeRunner same("geometry.resize_volume", R"({"size": [17, 13, 11]})"), like("geometry.resize_volume_like");
  same.input("volume", PayloadPtr(image)).run();
  CHECK(same.output_ptr("volume") == image);
  like.input("volume", PayloadPtr(image)).input("reference", volume).run();
  CHECK(like.output_ptr("volume") == image);
}

TEST_CASE("resize_volume: an infinite voxel spreads no NaN to where it has no share") {
  Volume volume = volume_of({1, std::numeric_limits<float>::infinity(), 3}, "row.nii");
  const Volume found = resized(volume, {9, 1, 1}, "linear");
  CHECK(found.voxels[0] == 1);
  CHECK(found.voxels[1] == 1);
  CHECK(found.voxels[8] == 3);
  CHECK(std::isinf(found.voxels[4]));
}

TEST_CASE("resize: what cannot be resized is refused") {
  const auto error_of = [](const Volume& volume, const Size& size) {
    NodeRunner runner("geometry.resize_volume", values(size));
    runner.input("volume", volume);
    return runner.error_of_run();
  };
  const Volume volume = random_volume(small_grid(3, 4, 5), 3, "flair.nii");
  CHECK(contains(error_of(volume_of({}, small_grid(0, 4, 5), "empty.nii"), {2, 2, 2}), "'empty.nii' has no voxels along x"));
  CHECK(contains(error_of(volume, {100000, 100000, 2}), "asks for 100000 x 100000 x 2 voxels"));
  Volume flat = volume;
  flat.geometry.spacing[1] = 0;
  CHECK(contains(error_of(flat, {2, 2, 2}), "spacing that is not above 0"));
  flat = volume;
  flat.geometry.origin[1] = std::nan("");
  CHECK(contains(error_of(flat, {2, 2, 2}), "an origin that is no number"));
  flat = volume;
  flat.voxels.pop_back();
  CHECK(contains(error_of(flat, {2, 2, 2}), "the plugin that made it is at fault"));
  CHECK_THROWS(NodeRunner("geometry.resize_volume", values({0, 2, 2})));
  CHECK_THROWS(NodeRunner("geometry.resize_volume", values({-5, 2, 2})));
}

TEST_CASE("resize_like: another box of the world is refused, and the sentence says what differs") {
  const Volume reference = random_volume(small_grid(6, 5, 4), 3, "flair.nii");
  const Volume small = resized(reference, {3, 3, 3});
  const auto error_with = [&](Volume image) {
    NodeRunner runner("geometry.resize_volume_like");
    image.source = "map.nii";
    runner.input("volume", image).input("reference", reference);
    return runner.error_of_run();
  };
  CHECK(error_with(small) == "");
  Volume other = small;
  other.geometry.spacing[0] *= 1.1;
  INFO(error_with(other));
  CHECK(contains(error_with(other), "'map.nii' and the reference 'flair.nii' do not fill one box of the world, they differ in "
                                    "the length along x 4.62 and 4.2 mm"));
  other = small;
  other.geometry.origin[1] += 1;
  CHECK(contains(error_with(other), "the first corner"));
  other = small;
  other.geometry.direction = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  CHECK(contains(error_with(other), "the directions of their axes"));
  other = small;
  other.facts.space = "MNI";
  Volume elsewhere = reference;
  elsewhere.facts.space = "T1";
  NodeRunner runner("geometry.resize_volume_like");
  runner.input("volume", other).input("reference", elsewhere);
  CHECK(contains(runner.error_of_run(), "do not belong together"));
}

TEST_CASE("mask_volume: voxels times the size of one, in ml") {
  NodeRunner runner("geometry.mask_volume");
  runner.input("mask", mask_of({0, 3, 1, 0, 1}, small_grid(5, 1, 1))).run();
  CHECK(runner.output<Number>("volume").value == doctest::Approx(3 * 0.7 * 1.2 * 3.0 / 1000).epsilon(1e-12));
  CHECK(runner.output<Number>("volume").unit == "ml");
  CHECK(runner.output<Mask>("mask").voxels == std::vector<std::uint8_t>{0, 3, 1, 0, 1});
  CHECK(runner.reports().at("voxels") == 3);
  NodeRunner empty("geometry.mask_volume");
  empty.input("mask", mask_of({}, small_grid(0, 1, 1))).run();
  CHECK(empty.output<Number>("volume").value == 0);
  Mask flat = mask_of({1}, small_grid(1, 1, 1));
  flat.geometry.spacing[0] = -1;
  NodeRunner wrong("geometry.mask_volume");
  wrong.input("mask", flat);
  CHECK(contains(wrong.error_of_run(), "voxel size that is not above 0 mm"));
}

}  // namespace flowrun::testing
