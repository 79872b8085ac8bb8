#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "common/grid/axes.h"
#include "flowrun/testing/node_runner.h"
#include "plugins/geometry/stored_orders.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

Geometry grid_with(const std::array<double, 9>& direction) {
  Geometry grid = small_grid(4, 3, 5);
  grid.direction = direction;
  return grid;
}

/// Turned about z, then about x, by degrees.
Geometry turned_grid(double about_z, double about_x) {
  const double pi = std::acos(-1.0);
  const double c = std::cos(about_z * pi / 180), s = std::sin(about_z * pi / 180);
  const double d = std::cos(about_x * pi / 180), t = std::sin(about_x * pi / 180);
  return grid_with({c, -s * d, s * t, s, c * d, -c * t, 0, t, d});
}

Geometry random_grid(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  double q[4], size = 0;
  for (double& part : q) part = normal(random), size += part * part;
  for (double& part : q) part /= std::sqrt(size);
  const auto [w, x, y, z] = q;
  return grid_with({1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y), 2 * (x * y + w * z),
                    1 - 2 * (x * x + z * z), 2 * (y * z - w * x), 2 * (x * z - w * y), 2 * (y * z + w * x),
                    1 - 2 * (x * x + y * y)});
}

Volume reoriented(const Volume& volume, const std::string& axes) {
  NodeRunner runner("geometry.reorient_volume", {{"axes", axes}});
  runner.input("volume", volume).run();
  return runner.output<Volume>("volume");
}

double distance(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/// Each value of `a` lies at the same place in `b`. Values must be distinct.
void check_places(const Volume& a, const Volume& b) {
  std::map<float, std::array<double, 3>> places;
  for (std::size_t i = 0; i < a.voxels.size(); ++i)
    places[a.voxels[i]] = place_of(a.geometry, a.geometry.voxel_at(static_cast<std::int64_t>(i)));
  REQUIRE(places.size() == a.voxels.size());
  REQUIRE(b.voxels.size() == a.voxels.size());
  for (std::size_t i = 0; i < b.voxels.size(); ++i) {
    REQUIRE(places.count(b.voxels[i]) == 1);
    CHECK(distance(places[b.voxels[i]], place_of(b.geometry, b.geometry.voxel_at(static_cast<std::int64_t>(i)))) < 1e-9);
  }
}

/// Whether the grids are the same but for rounding.
bool nearly(const Geometry& a, const Geometry& b) { return grid_difference(a, b, 1e-9).empty(); }

TEST_CASE("axes: names say the side that x, y and z run towards, as nibabel's aff2axcodes does") {
  CHECK(grid::axes_words(grid::axes_of(grid_with({1, 0, 0, 0, 1, 0, 0, 0, 1}))) == "LPS");
  CHECK(grid::axes_words(grid::axes_of(grid_with({-1, 0, 0, 0, -1, 0, 0, 0, 1}))) == "RAS");
  CHECK(grid::axes_words(grid::axes_of(grid_with({1, 0, 0, 0, -1, 0, 0, 0, 1}))) == "LAS");
  CHECK(grid::axes_words(grid::axes_of(grid_with({0, 0, -1, 1, 0, 0, 0, -1, 0}))) == "PIR");
  CHECK(grid::axes_words(grid::axes_of(turned_grid(20, 30))) == "LPS");
  CHECK(grid::axes_words(grid::axes_of(turned_grid(80, 10))) == "PRS");
}

TEST_CASE("axes: there are 48 names, each read back as it is written; others are refused") {
  const auto names = grid::all_axes();
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 48);
  for (const std::string& name : names) {
    REQUIRE(grid::axes_from(name));
    CHECK(grid::axes_words(*grid::axes_from(name)) == name);
  }
  for (const char* wrong : {"", "LA", "LASS", "LLS", "LRS", "LAX", "las", "RAI ", "API"})
    CHECK_MESSAGE(!grid::axes_from(wrong), wrong);
}

TEST_CASE("reorient: every voxel keeps its place, and the axes run as stated, from any order to any") {
  const Volume image = random_volume(turned_grid(12, -7), 3);
  for (const std::string& axes : grid::all_axes()) {
    const Volume result = reoriented(image, axes);
    CAPTURE(axes);
    CHECK(grid::axes_words(grid::axes_of(result.geometry)) == axes);
    CHECK(result.source == image.source);
    check_places(image, result);
  }
}

TEST_CASE("reorient: an image stored in any of the 48 orders gives one result, oblique and at 45 degrees too") {
  std::vector<Geometry> grids{small_grid(4, 3, 5), turned_grid(12, -7), turned_grid(45, 0),  turned_grid(-45, 0),
                              turned_grid(0, 45),  turned_grid(45, 45), turned_grid(90, 45), turned_grid(135, 45)};
  for (unsigned seed = 0; seed < 40; ++seed) grids.push_back(random_grid(seed));
  for (const Geometry& grid : grids) {
    const Volume image = random_volume(grid, 5);
    const Volume wanted = reoriented(image, "LAS");
    for (const StoredOrder& order : all_orders()) {
      Volume stored = stored_as(image, order);
      for (double& part : stored.geometry.direction) part = static_cast<float>(part);  // as files keep it
      const Volume found = reoriented(stored, "LAS");
      CHECK(found.voxels == wanted.voxels);
      CHECK(grid_difference(found.geometry, wanted.geometry, 1e-5).empty());
    }
  }
}

TEST_CASE("reorient: a mask is treated as an image is") {
  const Mask mask = random_mask(small_grid(4, 3, 5), 0.4, 7);
  for (const StoredOrder& order : all_orders()) {
    NodeRunner runner("geometry.reorient_mask", R"({"axes": "RSP"})"), wanted("geometry.reorient_mask", R"({"axes": "RSP"})");
    runner.input("mask", stored_as(mask, order)).run();
    wanted.input("mask", mask).run();
    CHECK(runner.output<Mask>("mask").voxels == wanted.output<Mask>("mask").voxels);
    CHECK(nearly(runner.output<Mask>("mask").geometry, wanted.output<Mask>("mask").geometry));
  }
}

TEST_CASE("reorient: an image whose axes run so already is passed on without a copy") {
  const auto image = std::make_shared<const Volume>(random_volume(grid_with({1, 0, 0, 0, -1, 0, 0, 0, 1}), 3));
  NodeRunner runner("geometry.reorient_volume", R"({"axes": "LAS"})");
  runner.input("volume", PayloadPtr(image)).run();
  CHECK(runner.output_ptr("volume") == image);
}

TEST_CASE("reorient_like: brings a result back to the reference's own grid, equal to the last bit") {
  for (const Geometry& grid :
       {small_grid(4, 3, 5), turned_grid(12.3, -7.1), turned_grid(45, 0), random_grid(1), random_grid(2)}) {
    for (const StoredOrder& order : all_orders()) {
      const Volume reference = stored_as(random_volume(grid, 5), order);
      NodeRunner back("geometry.reorient_volume_like");
      back.input("volume", reoriented(reference, "LAS")).input("reference", reference).run();
      CHECK(back.output<Volume>("volume").voxels == reference.voxels);
      CHECK(back.output<Volume>("volume").geometry == reference.geometry);
    }
  }
}

TEST_CASE("reorient_labels: labels turn as a mask of the same voxels does, and keep their names") {
  const Mask mask = random_mask(small_grid(4, 3, 2), 0.5, 3);
  Labels labels = image_like<Labels>(mask);
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) labels.voxels[i] = 7 * mask.voxels[i];
  labels.names = {{7, "seven"}};
  NodeRunner turned("geometry.reorient_labels", R"({"axes": "SRA"})"), wanted("geometry.reorient_mask", R"({"axes": "SRA"})");
  turned.input("labels", labels);
  wanted.input("mask", mask);
  turned.run();
  wanted.run();
  const auto& found = turned.output<Labels>("labels");
  const auto& like = wanted.output<Mask>("mask");
  CHECK(found.geometry == like.geometry);
  CHECK(found.names == labels.names);
  for (std::size_t i = 0; i < like.voxels.size(); ++i) CHECK(found.voxels[i] == 7 * like.voxels[i]);
}

TEST_CASE("reorient_mask_like: a mask goes back the same way, and keeps its name") {
  const Volume reference = random_volume(turned_grid(100, 20), 5, "flair.nii");
  Mask mask = random_mask(reference.geometry, 0.5, 3);
  NodeRunner there("geometry.reorient_mask", R"({"axes": "LAS"})"), back("geometry.reorient_mask_like");
  there.input("mask", mask).run();
  back.input("mask", there.output<Mask>("mask")).input("reference", reference).run();
  CHECK(there.output<Mask>("mask").voxels != mask.voxels);
  CHECK(back.output<Mask>("mask").voxels == mask.voxels);
  CHECK(back.output<Mask>("mask").geometry == reference.geometry);
  CHECK(back.output<Mask>("mask").source == "mask.nii");
}

TEST_CASE(
    "reorient_like: what is on the reference's grid already is passed on; a grid that is the same but for rounding "
    "becomes equal") {
  const auto image = std::make_shared<const Volume>(random_volume(turned_grid(3, 4), 3));
  NodeRunner same("geometry.reorient_volume_like");
  same.input("volume", PayloadPtr(image)).input("reference", *image).run();
  CHECK(same.output_ptr("volume") == image);
  Volume reference = *image;
  reference.geometry.origin[1] += 1e-5;
  NodeRunner rounded("geometry.reorient_volume_like");
  rounded.input("volume", PayloadPtr(image)).input("reference", reference).run();
  CHECK(rounded.output<Volume>("volume").geometry == reference.geometry);
  CHECK(rounded.output<Volume>("volume").voxels == image->voxels);
}

TEST_CASE("reorient_like: an image of another grid is refused, with both names and what differs") {
  const Volume reference = random_volume(small_grid(4, 3, 5), 5, "flair.nii");
  Volume other = random_volume(small_grid(4, 3, 6), 5, "map.nii");
  NodeRunner size("geometry.reorient_volume_like");
  size.input("volume", reoriented(other, "LAS")).input("reference", reference);
  CHECK(size.error_of_run().find("'map.nii' and 'flair.nii' are not on one grid: size 4 x 3 x 6 and 4 x 3 x 5 voxels") == 0);
  other = reference;
  other.geometry.origin[0] += 1;
  NodeRunner place("geometry.reorient_volume_like");
  place.input("volume", reoriented(other, "LAS")).input("reference", reference);
  CHECK(place.error_of_run().find("are not on one grid: origin") != std::string::npos);
}

TEST_CASE("reorient: axes that are none, and missing ones, are refused before anything runs") {
  CHECK_THROWS_WITH_AS(NodeRunner("geometry.reorient_volume", R"({"axes": "LAX"})"), doctest::Contains("'LAS'"), Error);
  CHECK_THROWS_AS(NodeRunner("geometry.reorient_volume"), Error);
}

TEST_CASE("reorient: images that are incomplete, or whose direction is no direction, are refused") {
  NodeRunner incomplete("geometry.reorient_volume", R"({"axes": "LAS"})");
  incomplete.input("volume", volume_of({1, 2}, small_grid(3, 1, 1), "short.nii"));
  CHECK(incomplete.error_of_run() ==
        "'short.nii' contains 2 values, but its grid has 3 x 1 x 1 voxels; the plugin that made it is at fault");
  for (const double part : {0.0, std::nan("")}) {
    NodeRunner wrong("geometry.reorient_volume", R"({"axes": "LAS"})");
    Volume image = random_volume(small_grid(2, 2, 2), 1);
    image.geometry.direction.fill(part);
    wrong.input("volume", image);
    CHECK(wrong.error_of_run().find("'random.nii'") == 0);
  }
}

TEST_CASE("reorient: an image without voxels is no fault") {
  CHECK(reoriented(volume_of({}, small_grid(0, 3, 2)), "SAR").voxels.empty());
}

}  // namespace
}  // namespace flowrun::testing
