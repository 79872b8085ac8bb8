#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

Mask filled(const Mask& mask, const std::string& connectivity = "6") {
  NodeRunner runner("segment.fill_holes", {{"connectivity", connectivity}});
  runner.input("mask", mask).run();
  return runner.output<Mask>("mask");
}

/// A box of 5 x 5 x 5 voxels in a grid of 7 x 7 x 7 whose inside is empty.
Mask shell() {
  const Geometry grid = small_grid(7, 7, 7);
  Mask mask = mask_of(std::vector<std::uint8_t>(343), grid);
  for (std::int64_t i = 0; i < 343; ++i) {
    const auto [x, y, z] = grid.voxel_at(i);
    const auto rim = [](std::int64_t at) { return at == 1 || at == 5; };
    const auto in = [](std::int64_t at) { return at >= 1 && at <= 5; };
    mask.voxels[static_cast<std::size_t>(i)] = in(x) && in(y) && in(z) && (rim(x) || rim(y) || rim(z)) ? 3 : 0;
  }
  return mask;
}

void open(Mask& mask, std::int64_t x, std::int64_t y, std::int64_t z) {
  mask.voxels[static_cast<std::size_t>(mask.geometry.index_of(x, y, z))] = 0;
}

std::int64_t count(const Mask& mask) { return std::count(mask.voxels.begin(), mask.voxels.end(), 1); }

/// Grows the background from the border, voxel by voxel, over neighbours that share a face.
std::vector<std::uint8_t> flooded(const Mask& mask) {
  const auto& size = mask.geometry.size;
  std::vector<std::uint8_t> outside(mask.voxels.size(), 0);
  for (bool grew = true; grew;) {
    grew = false;
    for (std::int64_t i = 0; i < mask.geometry.voxel_count(); ++i) {
      const auto voxel = static_cast<std::size_t>(i);
      if (outside[voxel] || mask.voxels[voxel]) continue;
      const auto at = mask.geometry.voxel_at(i);
      bool reached = false;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        reached |= at[axis] == 0 || at[axis] == size[axis] - 1;
        for (const int step : {-1, 1}) {
          auto other = at;
          other[axis] += step;
          if (other[axis] >= 0 && other[axis] < size[axis])
            reached |= outside[static_cast<std::size_t>(mask.geometry.index_of(other[0], other[1], other[2]))] != 0;
        }
      }
      if (reached) outside[voxel] = 1, grew = true;
    }
  }
  for (std::uint8_t& voxel : outside) voxel = !voxel;
  return outside;
}

}  // namespace

TEST_CASE("fill_holes: what a shell encloses becomes inside, and is reported") {
  NodeRunner runner("segment.fill_holes");
  Mask mask = shell();
  mask.facts.space = "MNI";
  runner.input("mask", mask).run();
  CHECK(count(runner.output<Mask>("mask")) == 125);
  CHECK(runner.output<Mask>("mask").facts == mask.facts);
  CHECK(runner.output<Mask>("mask").geometry == mask.geometry);
  CHECK(runner.reports().at("holes") == 1);
  CHECK(runner.reports().at("filled_voxels") == 27);
}

TEST_CASE("fill_holes: a shell with an opening has no hole") {
  Mask mask = shell();
  open(mask, 3, 3, 5);
  CHECK(count(filled(mask)) == 125 - 27 - 1);
}

TEST_CASE("fill_holes: an opening by an edge or a corner counts from 18 or 26 neighbours on") {
  Mask edge = shell(), corner = shell();
  open(edge, 3, 1, 1);
  open(corner, 1, 1, 1);
  CHECK(count(filled(edge, "6")) == 124);
  CHECK(count(filled(edge, "18")) == 97);
  CHECK(count(filled(corner, "18")) == 124);
  CHECK(count(filled(corner, "26")) == 97);
}

TEST_CASE("fill_holes: equals a flood of the background from the border on random masks") {
  for (const double chance : {0.3, 0.6, 0.7, 0.8})
    for (unsigned seed = 0; seed < 4; ++seed) {
      const Mask mask = random_mask(small_grid(12, 11, 9), chance, seed);
      CHECK(filled(mask).voxels == flooded(mask));
    }
}

TEST_CASE("fill_holes: masks that are empty, full, of one slice or without voxels are no error") {
  CHECK(count(filled(mask_of({0, 0, 0}))) == 0);
  CHECK(count(filled(mask_of({1, 2, 3}))) == 3);
  CHECK(filled(mask_of({1, 1, 1, 1, 0, 1, 1, 1, 1}, small_grid(3, 3, 1))).voxels[4] == 0);
  CHECK(filled(mask_of({}, small_grid(0, 2, 2))).voxels.empty());
}

TEST_CASE("fill_holes: an incomplete mask is refused") {
  Mask mask = shell();
  mask.voxels.pop_back();
  NodeRunner runner("segment.fill_holes");
  runner.input("mask", mask);
  CHECK(runner.error_of_run().find("342 values") != std::string::npos);
}

}  // namespace flowrun::testing
