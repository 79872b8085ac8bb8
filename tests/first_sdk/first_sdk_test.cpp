// A plugin that was built with the first SDK of ABI 2 works in today's host.
#include <doctest/doctest.h>

#include "flowrun/host/registry.h"
#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"

namespace flowrun::testing {
namespace {

Registry& old_plugins() {
  static Registry registry = [] {
    Registry made;
    made.scan(FLOWRUN_FIRST_SDK_PLUGINS);
    return made;
  }();
  return registry;
}

TEST_CASE("first sdk: the library loads and its node type is what it says") {
  const auto plugins = old_plugins().plugins();
  REQUIRE(plugins.size() == 1);
  CHECK(plugins.front().failure == "");
  CHECK(plugins.front().name == "first_sdk");
  NodeRunner runner(old_plugins(), "first_sdk.scale");
  runner.input("volume", volume_of({1, 2, 3})).run();
  CHECK(runner.output<Volume>("volume").voxels == std::vector<float>{2, 4, 6});
}

TEST_CASE("first sdk: parameters, an optional input, facts, a report, a warning and an error cross as they did") {
  NodeRunner runner(old_plugins(), "first_sdk.scale", {{"factor", -3.0}});
  Volume volume = volume_of({1, 2, 3});
  volume.facts.contrast = "FLAIR";
  runner.input("volume", volume).input("mask", mask_of({1, 0, 1})).run();
  CHECK(runner.output<Volume>("volume").facts.contrast == "FLAIR");
  CHECK(runner.output<Number>("sum").value == -12);
  CHECK(runner.reports().at("sum") == -12);
  CHECK(runner.warnings() == std::vector<std::string>{"the sum is below 0"});
  NodeRunner zero(old_plugins(), "first_sdk.scale", {{"factor", 0.0}});
  zero.input("volume", volume);
  CHECK(zero.error_of_run() == "factor 0 leaves nothing");
}

}  // namespace
}  // namespace flowrun::testing
