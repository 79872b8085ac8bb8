#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"
#include "slice.h"

using namespace flowrun;
using flowrun::testing::NodeRunner;

TEST_CASE("slices.cut: the payload of the plugin's own crosses the library's boundary") {
  Volume volume;
  volume.geometry.size = {2, 1, 3};
  volume.geometry.spacing = {2, 3, 1};
  volume.voxels = {0, 1, 2, 3, 4, 5};
  NodeRunner runner("slices.cut");
  runner.input("volume", volume).run();
  REQUIRE(runner.items("slices").size() == 3);
  CHECK(runner.expected() == 3);
  const Slice* last = payload_cast<Slice>(runner.items("slices")[2].get());
  REQUIRE(last != nullptr);
  CHECK(last->z == 2);
  CHECK(last->pixel_area == 6);
  CHECK(last->pixels == std::vector<float>{4, 5});
}

TEST_CASE("slices.areas: a row for each slice") {
  Slice slice;
  slice.z = 7;
  slice.pixel_area = 0.5;
  slice.pixels = {1, 2, 3};
  NodeRunner runner("slices.areas", R"({"above": 1})");
  runner.input("slices", slice).run();
  CHECK(runner.output<Table>("table").rows == std::vector<std::vector<Table::Cell>>{{std::int64_t{7}, 1.0}});
}
