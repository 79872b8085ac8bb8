#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

std::vector<std::uint8_t> changed(const std::string& type, const Mask& mask, double radius) {
  NodeRunner runner(type, NodeRunner::Values{{"radius", radius}});
  runner.input("mask", mask).run();
  CHECK(runner.output<Mask>("mask").geometry == mask.geometry);
  return runner.output<Mask>("mask").voxels;
}

/// Whether a voxel that is `wanted` (inside or not) lies within the radius of voxel i: all pairs, by the definition.
bool within(const Mask& mask, std::int64_t i, bool wanted, double radius) {
  const auto at = mask.geometry.voxel_at(i);
  for (std::int64_t j = 0; j < mask.geometry.voxel_count(); ++j) {
    if ((mask.voxels[static_cast<std::size_t>(j)] != 0) != wanted) continue;
    const auto other = mask.geometry.voxel_at(j);
    double square = 0;
    for (std::size_t axis = 0; axis < 3; ++axis)
      square += std::pow(mask.geometry.spacing[axis] * static_cast<double>(at[axis] - other[axis]), 2);
    if (std::sqrt(square) <= radius * (1 + 1e-6)) return true;
  }
  return false;
}

void check_all_pairs(const Mask& mask, double radius) {
  CAPTURE(radius);
  const auto grown = changed("segment.dilate", mask, radius), shrunk = changed("segment.erode", mask, radius);
  for (std::int64_t i = 0; i < mask.geometry.voxel_count(); ++i) {
    const auto voxel = static_cast<std::size_t>(i);
    REQUIRE(grown[voxel] == (within(mask, i, true, radius) ? 1 : 0));
    REQUIRE(shrunk[voxel] == (within(mask, i, false, radius) ? 0 : 1));
  }
}

}  // namespace

TEST_CASE("dilate, erode: equal the definition over all pairs of voxels, with the spacing of each axis") {
  for (const double chance : {0.01, 0.1, 0.9, 0.99}) {
    const Mask mask = random_mask(small_grid(11, 9, 7), chance, 3);  // 0.7, 1.2 and 3 mm
    for (const double radius : {0.0, 0.5, 0.7, 1.2, 1.4, 2.1, 3.0, 3.6, 5.3, 40.0}) check_all_pairs(mask, radius);
  }
}

TEST_CASE("dilate, erode: a voxel at the radius itself is within it, also where a file rounded the spacing") {
  Mask mask = mask_of({0, 0, 0, 5, 0, 0, 0});
  mask.geometry.spacing = {static_cast<double>(0.7F), 1, 1};
  CHECK(changed("segment.dilate", mask, 2.1) == std::vector<std::uint8_t>{1, 1, 1, 1, 1, 1, 1});
  CHECK(changed("segment.dilate", mask, 2.0) == std::vector<std::uint8_t>{0, 1, 1, 1, 1, 1, 0});
}

TEST_CASE("erode: what lies beyond the image counts as inside") {
  CHECK(changed("segment.erode", mask_of({1, 1, 1, 1, 0, 1}), 0.7) == std::vector<std::uint8_t>{1, 1, 1, 0, 0, 0});
  CHECK(changed("segment.erode", mask_of({1, 1, 1}), 1000) == std::vector<std::uint8_t>{1, 1, 1});
}

TEST_CASE("dilate, erode: empty masks stay empty, labels become 1, and the size is reported") {
  CHECK(changed("segment.dilate", mask_of({0, 0, 0}), 5) == std::vector<std::uint8_t>{0, 0, 0});
  CHECK(changed("segment.erode", mask_of({0, 0, 0}), 5) == std::vector<std::uint8_t>{0, 0, 0});
  CHECK(changed("segment.dilate", mask_of({}, small_grid(0, 3, 3)), 5).empty());
  NodeRunner runner("segment.dilate", R"({"radius": 0})");
  Mask mask = mask_of({9, 0, 4});
  mask.facts.space = "MNI";
  runner.input("mask", mask).run();
  CHECK(runner.output<Mask>("mask").voxels == std::vector<std::uint8_t>{1, 0, 1});
  CHECK(runner.output<Mask>("mask").facts == mask.facts);
  CHECK(runner.reports().at("voxels") == 2);
  CHECK(runner.reports().at("volume_ml") == doctest::Approx(2 * 0.7 * 1.2 * 3 / 1000));
}

TEST_CASE("dilate, erode: the same bits for any number of threads") {
  const Mask mask = random_mask(small_grid(40, 30, 20), 0.02, 9);
  std::vector<std::uint8_t> first;
  for (const int threads : {1, 2, 3}) {
    NodeRunner runner("segment.dilate", R"({"radius": 2.5})");
    runner.threads(threads).input("mask", mask).run();
    if (first.empty()) first = runner.output<Mask>("mask").voxels;
    CHECK(runner.output<Mask>("mask").voxels == first);
  }
}

TEST_CASE("dilate, erode: a spacing that means nothing, an incomplete mask and a negative radius are refused") {
  for (const double spacing : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    Mask mask = mask_of({1, 0, 1});
    mask.geometry.spacing[1] = spacing;
    for (const char* type : {"segment.dilate", "segment.erode"}) {
      NodeRunner runner(type);
      runner.input("mask", mask);
      CHECK(runner.error_of_run().find("'mask.nii' has a spacing of") == 0);
    }
  }
  NodeRunner runner("segment.erode");
  Mask mask = mask_of({1, 0, 1});
  mask.voxels.pop_back();
  runner.input("mask", mask);
  CHECK(runner.error_of_run().find("2 values") != std::string::npos);
  CHECK_THROWS_AS(NodeRunner("segment.dilate", R"({"radius": -1})"), Error);
}

}  // namespace flowrun::testing
