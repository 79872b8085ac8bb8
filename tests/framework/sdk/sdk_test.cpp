#include <doctest/doctest.h>

#include <limits>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

using namespace flowrun;

TEST_CASE("geometry: x runs fastest, and index and voxel are each other's inverse") {
  Geometry grid;
  grid.size = {3, 4, 5};
  CHECK(grid.voxel_count() == 60);
  CHECK(grid.index_of(1, 0, 0) == 1);
  CHECK(grid.index_of(0, 1, 0) == 3);
  CHECK(grid.index_of(0, 0, 1) == 12);
  for (std::int64_t i = 0; i < 60; ++i) {
    const auto [x, y, z] = grid.voxel_at(i);
    CHECK(grid.index_of(x, y, z) == i);
  }
}

TEST_CASE("geometry: every difference of two grids is named, with the tolerance") {
  Geometry a, b;
  a.size = b.size = {10, 10, 10};
  CHECK(grid_difference(a, b).empty());
  b.origin[0] = 0.0009;
  CHECK(grid_difference(a, b).empty());
  b.size[2] = 12;
  b.spacing[1] = 2;
  b.origin[0] = 5;
  b.direction[0] = -1;
  CHECK(grid_difference(a, b) ==
        "size 10 x 10 x 10 and 10 x 10 x 12 voxels; spacing 1 x 1 x 1 and 1 x 2 x 1 mm (tolerance 0.001 mm); "
        "origin (0, 0, 0) and (5, 0, 0) mm (tolerance 0.001 mm); "
        "direction [1 0 0 0 1 0 0 0 1] and [-1 0 0 0 1 0 0 0 1] (tolerance 0.001)");
  CHECK_THROWS_WITH_AS(require_same_grid(a, "t1.nii.gz", Geometry{}, "flair.nii.gz"),
                       "'t1.nii.gz' and 'flair.nii.gz' are not on one grid: size 10 x 10 x 10 and 0 x 0 x 0 voxels; "
                       "resample one onto the other's grid first",
                       Error);
}

TEST_CASE("geometry: a value that is no number is never taken for equal") {
  Geometry a, b;
  b.origin[1] = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(grid_difference(a, b).empty());
}

TEST_CASE("payload: a cast looks at the payload's name and nothing else") {
  const Mask mask;
  const Payload* payload = &mask;
  CHECK(payload_cast<Mask>(payload) == &mask);
  CHECK(payload_cast<Volume>(payload) == nullptr);
  CHECK(payload_cast<Volume>(nullptr) == nullptr);
}

TEST_CASE("payload: bytes count what is held") {
  Volume volume;
  volume.voxels.resize(10);
  CHECK(volume.bytes() == 40);
  PatchBatch patches;
  patches.voxels.resize(2);
  patches.values.resize(6);
  CHECK(patches.bytes() == 2 * 8 + 6 * 4);
  Table table;
  table.columns = {"ab"};
  table.rows = {{std::string("xyz")}};
  CHECK(table.bytes() == 2 + 3 + sizeof(Table::Cell));
}

TEST_CASE("parameters: values are written as in a graph file") {
  CHECK(to_string(ParamValue(true)) == "true");
  CHECK(to_string(ParamValue(std::int64_t{15})) == "15");
  CHECK(to_string(ParamValue(0.1)) == "0.1");
  CHECK(to_string(ParamValue(std::string("a \"b\""))) == R"("a \"b\"")");
  CHECK(to_string(ParamValue(std::vector<std::int64_t>{1, 2})) == "[1, 2]");
  CHECK(to_string(ParamValue(std::vector<std::string>{"a", "b"})) == R"(["a", "b"])");
}

TEST_CASE("parameters: asking for another type or name is a fault of the node, and says so") {
  Params params;
  params.set("threshold", 1.5);
  params.set("count", std::int64_t{3});
  CHECK(params.number("threshold") == 1.5);
  CHECK(params.number("count") == 3);
  CHECK_THROWS_WITH_AS(params.integer("threshold"), "the node asks for parameter 'threshold' as an integer, but it is 1.5", Error);
  CHECK_THROWS_WITH_AS(params.flag("other"),
                       "the node asks for parameter 'other', which its type does not describe (or which is per case)", Error);
}
