#include <doctest/doctest.h>

#include <limits>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

const std::string kType = "segment.argmax";
const float kNan = std::numeric_limits<float>::quiet_NaN();

Labels labels_of(NodeRunner& runner) {
  runner.run();
  return runner.output<Labels>("labels");
}

TEST_CASE("argmax: the highest of the maps wins, of equal ones the first, and NaN never") {
  NodeRunner runner(kType, {{"classes", std::vector<std::string>{"none", "a", "b"}}});
  runner.input("maps", volume_of({0.5f, 0.2f, 0.1f, kNan, 0.3f, kNan}))
      .input("maps", volume_of({0.4f, 0.5f, 0.1f, 0.1f, 0.3f, kNan}))
      .input("maps", volume_of({0.1f, 0.3f, 0.8f, kNan, 0.4f, -1}));
  const Labels labels = labels_of(runner);
  CHECK(labels.voxels == std::vector<std::int32_t>{0, 1, 2, 1, 2, 2});
  CHECK(labels.names == std::map<std::int32_t, std::string>{{1, "a"}, {2, "b"}});
  CHECK(labels.facts.kind == "labels");
}

TEST_CASE("argmax: labels can begin at 1, within a region") {
  NodeRunner runner(kType, {{"first", std::int64_t{1}}, {"classes", std::vector<std::string>{"CSF", "grey"}}});
  runner.input("maps", volume_of({1, 0, 1})).input("maps", volume_of({0, 1, 0})).input("region", mask_of({1, 1, 0}));
  const Labels labels = labels_of(runner);
  CHECK(labels.voxels == std::vector<std::int32_t>{1, 2, 0});
  CHECK(labels.names.at(1) == "CSF");
}

TEST_CASE("argmax: one map, another grid and a wrong number of names are refused") {
  NodeRunner one(kType);
  one.input("maps", volume_of({1}));
  CHECK(one.error_of_run() == "input 'maps' has 1 of at least 2 maps; connect one for each class");
  NodeRunner names(kType, {{"classes", std::vector<std::string>{"a"}}});
  names.input("maps", volume_of({1})).input("maps", volume_of({2}));
  CHECK(names.error_of_run() ==
        "parameter 'classes' has 1 names, but input 'maps' has 2 maps; give a name for each, in their order");
  NodeRunner grids(kType);
  grids.input("maps", volume_of({1, 2})).input("maps", volume_of({1}));
  CHECK(grids.error_of_run() != "");
}

}  // namespace
}  // namespace flowrun::testing
