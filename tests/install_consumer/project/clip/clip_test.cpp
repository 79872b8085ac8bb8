#include <doctest/doctest.h>

#include "flowrun/testing/node_runner.h"

using namespace flowrun;
using flowrun::testing::NodeRunner;

TEST_CASE("clip.limit: voxels outside become the nearest limit") {
  Volume volume;
  volume.geometry.size = {4, 1, 1};
  volume.voxels = {-1, 0.5F, 2, 3};
  NodeRunner runner("clip.limit", R"({"low": 0, "high": 2})");
  runner.input("volume", volume).run();
  CHECK(runner.output<Volume>("volume").voxels == std::vector<float>{0, 0.5F, 2, 2});
  CHECK(runner.reports().at("changed") == 2);
}

TEST_CASE("clip.limit: limits in the wrong order are refused when the node is opened") {
  NodeRunner runner("clip.limit", R"({"low": 3, "high": 2})");
  CHECK_THROWS_WITH(runner.open(), "'low' is 3.000000, which is more than 'high'; swap them");
}

TEST_CASE("clip.limit: wrong parameters are told with their places") {
  CHECK_THROWS_WITH(NodeRunner("clip.limit", R"({"hihg": 2, "high": 2000})"),
                    "params:1:2: error: clip.limit has no parameter 'hihg'; did you mean 'high'?\n"
                    "params:1:21: error: parameter 'high': expected -1000 to 1000, found 2000");
}
