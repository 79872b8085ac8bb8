// What nodes that break their contract do to a run: nothing but fail their case, by name.
#include <doctest/doctest.h>

#include "bad_plugins/plugin_folder.h"
#include "flowrun/host/runtime.h"

namespace {

using namespace flowrun;
using namespace flowrun::testing;

/// A run of one node of the misbehaving plugin over two cases.
struct Runner {
  PluginFolder folder;
  Registry registry;
  Runner() {
    folder.add("misbehaving");
    registry.scan(folder.path());
  }
  std::shared_ptr<const ValidatedGraph> graph(const std::string& type) {
    Diagnostics faults;
    const std::string text = R"({"format": 1, "name": "bad", "nodes": {"bad": {"type": "misbehaving.)" + type + R"("}}})";
    const auto spec = parse_graph(text, "bad.json", faults);
    const auto valid = validate(*spec, registry, {}, faults);
    for (const Diagnostic& fault : faults.all()) CHECK_MESSAGE(fault.severity == Severity::warning, to_string(fault));
    REQUIRE(valid);
    return valid;
  }
  std::string error_of(const std::string& type) {
    Run run(graph(type), registry, {});
    const RunResult result = run.execute({{"one", {}}, {"two", {}}});
    for (const CaseResult& one : result.cases) {
      REQUIRE(one.status == CaseStatus::failed);
      REQUIRE(one.errors.size() == 1);
      CHECK(one.errors[0].node == "bad");
      CHECK(one.errors[0].plugin == "misbehaving");
    }
    return result.cases[0].errors[0].message;
  }
};

}  // namespace

TEST_CASE("bad_plugins: what a node throws from open stops the run before the first case, with node, type and plugin") {
  Runner runner;
  CHECK(thrown_by([&] { Run(runner.graph("open_throws"), runner.registry, {}); }) ==
        "node 'bad' (misbehaving.open_throws, plugin misbehaving) could not be opened: the model is missing");
  CHECK(thrown_by([&] { Run(runner.graph("open_throws_number"), runner.registry, {}); }) ==
        "node 'bad' (misbehaving.open_throws_number, plugin misbehaving) could not be opened: the node threw something that is "
        "not a std::exception (int), so its reason is unknown; the plugin's author must correct this");
}

TEST_CASE("bad_plugins: a node of a real library that breaks its contract in a run is told what it did") {
  Runner runner;
  CHECK(runner.error_of("process_throws") == "the image is upside down");
  CHECK(runner.error_of("process_throws_number") ==
        "the node threw something that is not a std::exception (int), so its reason is unknown; the plugin's author must correct "
        "this");
  CHECK(runner.error_of("emits_twice") == "the node emitted twice at output 'mask' in one firing");
  CHECK(runner.error_of("emits_nothing") == "the node emitted nothing at output 'mask'");
  CHECK(runner.error_of("emits_wrong_type") ==
        "the node emitted a flowrun.volume/1 at output 'mask', which is described as flowrun.mask/1");
  CHECK(runner.error_of("emits_null") == "the node emitted no payload (null) at output 'mask'");
  CHECK(runner.error_of("overrides_nothing") == "the node's code overrides neither process nor begin; its author must write one");
}
