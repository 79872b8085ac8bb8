#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

std::vector<std::uint8_t> largest(const Mask& mask, const std::string& connectivity = "6") {
  NodeRunner runner("segment.largest_component", {{"connectivity", connectivity}});
  runner.input("mask", mask).run();
  return runner.output<Mask>("mask").voxels;
}

}  // namespace

TEST_CASE("largest_component: keeps the one with the most voxels, of equal ones the first") {
  CHECK(largest(mask_of({1, 0, 1, 1, 0, 7, 0, 1, 1, 1})) == std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 0, 1, 1, 1});
  CHECK(largest(mask_of({0, 2, 2, 0, 3, 3})) == std::vector<std::uint8_t>{0, 1, 1, 0, 0, 0});
}

TEST_CASE("largest_component: what touches by an edge or a corner is one component from 18 or 26 neighbours on") {
  const Mask edge = mask_of({1, 0, 0, 1}, small_grid(2, 2, 1));
  CHECK(largest(edge, "6") == std::vector<std::uint8_t>{1, 0, 0, 0});
  CHECK(largest(edge, "18") == std::vector<std::uint8_t>{1, 0, 0, 1});
  const Mask corner = mask_of({1, 0, 0, 0, 0, 0, 0, 1}, small_grid(2, 2, 2));
  CHECK(largest(corner, "18") == std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0, 0, 0});
  CHECK(largest(corner, "26") == std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("largest_component: reports how many there were and what share the largest has; facts are handed on") {
  Mask mask = mask_of({1, 0, 1, 1, 1, 0});
  mask.facts.space = "MNI";
  NodeRunner runner("segment.largest_component");
  runner.input("mask", mask).run();
  CHECK(runner.reports().at("components") == 2);
  CHECK(runner.reports().at("share") == 0.75);
  CHECK(runner.reports().at("voxels") == 3);
  CHECK(runner.reports().at("volume_ml") == doctest::Approx(3 * 0.7 * 1.2 * 3 / 1000));
  CHECK(runner.output<Mask>("mask").facts == mask.facts);
}

TEST_CASE("largest_component: an empty mask stays empty, an incomplete one is refused") {
  CHECK(largest(mask_of({0, 0})) == std::vector<std::uint8_t>{0, 0});
  CHECK(largest(mask_of({}, small_grid(0, 1, 1))).empty());
  Mask mask = mask_of({1, 1, 1});
  mask.voxels.pop_back();
  NodeRunner runner("segment.largest_component");
  runner.input("mask", mask);
  CHECK(runner.error_of_run().find("2 values") != std::string::npos);
}

}  // namespace flowrun::testing
