#include "flowrun/testing/node_runner.h"

#include <doctest/doctest.h>

#include <functional>

#include "flowrun/sdk/ports.h"
#include "toy_types.h"

using namespace flowrun;
using flowrun::testing::NodeRunner;
using toy::voxel;

namespace {

template <class Action>
std::string error_of(Action action) {
  try {
    action();
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string params_error(const char* json) {
  return error_of([&] { NodeRunner(toy::scale_type(), json); });
}

/// A stream whose `next` is a function.
NodeType streaming(std::function<bool(Context&, int call)> next) {
  struct Streaming : Firing {
    std::function<bool(Context&, int)> body;
    int calls = 0;
    bool next(Context& context) override { return body(context, calls++); }
  };
  struct Streams : Node {
    std::function<bool(Context&, int)> body;
    std::unique_ptr<Firing> begin(Context&) override {
      auto firing = std::make_unique<Streaming>();
      firing->body = body;
      return firing;
    }
  };
  NodeType type{.name = "toy.stream", .summary = "A stream"};
  type.outputs = {{"items", "flowrun.volume/1", "Volumes", true}};
  type.create = [next] {
    auto node = std::make_unique<Streams>();
    node->body = next;
    return node;
  };
  return type;
}

}  // namespace

TEST_CASE("node_runner: a stream that a run refuses is refused here, in the same words") {
  NodeRunner silent(streaming([](Context&, int call) { return call < 1; }));
  CHECK(silent.error_of_run() ==
        "the node's Firing::next returned true, which says that there is an item, and emitted nothing at output 'items'");
  NodeRunner twice(streaming([](Context& context, int call) {
    for (int i = 0; i < 2; ++i) context.emit("items", voxel(1));
    return call < 1;
  }));
  CHECK(twice.error_of_run() == "output 'items' was emitted twice in one firing");
  NodeRunner after_end(streaming([](Context& context, int) {
    context.emit("items", voxel(1));
    return false;
  }));
  CHECK(after_end.error_of_run() == "the node's Firing::next emitted an item and returned false, which says that there was none");
}

TEST_CASE("node_runner: parameters come from JSON text, the others take their defaults") {
  NodeRunner runner(toy::scale_type(), R"({"factor": 2, "sizes": [3, 4]})");
  runner.input("volume", voxel(1.5F)).run();
  CHECK(runner.output<Volume>("volume").voxels[0] == 3.0F);
  CHECK(runner.reports().at("voxels") == 1);
  CHECK(runner.progress() == std::vector<double>{1});
  CHECK(runner.warnings().empty());
  CHECK(runner.type().name == "toy.scale");
}

TEST_CASE("node_runner: JSON text and values give the same") {
  NodeRunner by_values(toy::scale_type(), {{"factor", 0.0}, {"mode", "fancy"}});
  NodeRunner by_text(toy::scale_type(), R"({"factor": 0.0, "mode": "fancy"})");
  for (NodeRunner* runner : {&by_values, &by_text}) {
    runner->input("volume", voxel(1)).run();
    CHECK(runner->output<Volume>("volume").voxels[0] == 0.0F);
    CHECK(runner->warnings() == std::vector<std::string>{"everything becomes 0"});
  }
}

TEST_CASE("node_runner: every fault of the JSON text is told with its place") {
  CHECK(params_error("{\"facto\": 1,\n \"mode\": \"fancie\",\n \"sizes\": [1, 2, 3]}") ==
        "params:1:2: error: toy.scale has no parameter 'facto'; did you mean 'factor'?\n"
        "params:2:10: error: parameter 'mode': expected one of 'plain', 'fancy', found \"fancie\"; did you mean 'fancy'?\n"
        "params:3:11: error: parameter 'sizes': expected 2 integers, found [1, 2, 3]");
  CHECK(params_error(R"({"factor": 11})") == "params:1:12: error: parameter 'factor': expected 0 to 10, found 11");
  CHECK(params_error(R"({"factor": {"a": 1}})") ==
        "params:1:12: error: parameter 'factor': expected a value of type number, found {\"a\":1}");
  CHECK(params_error(R"({"factor": 1, "factor": 2})") ==
        "params:1:15: error: the name 'factor' occurs twice in this object; keep one of the two");
  CHECK(params_error("[1]") == "params:1:1: error: expected an object { } with the parameters of toy.scale, found a list");
  CHECK(params_error("{\"factor\": 1").find("params:1:13: error: ") == 0);
  CHECK(params_error("{}") == "toy.scale needs parameter 'factor'");
}

TEST_CASE("node_runner: a stream is drawn to its end") {
  NodeRunner runner(toy::copies_type(), R"({"count": 4})");
  runner.input("volume", voxel(10)).run();
  REQUIRE(runner.items("copies").size() == 4);
  CHECK(payload_cast<Volume>(runner.items("copies")[3].get())->voxels[0] == 13.0F);
  CHECK(runner.expected() == 4);
  runner.set("fail_at", std::int64_t{2});
  CHECK(runner.error_of_run() == "copy 2 is not to be made");
  CHECK(runner.items("copies").size() == 2);
}

TEST_CASE("node_runner: items of a collecting port come in their order, also none") {
  NodeRunner runner(toy::sum_type());
  runner.run();
  CHECK(runner.output<Volume>("sum").voxels[0] == 0.0F);
  runner.input("items", voxel(1)).input("items", voxel(2)).run();
  CHECK(runner.output<Volume>("sum").voxels[0] == 3.0F);
}

TEST_CASE("node_runner: what the test does wrong is told") {
  NodeRunner runner(toy::scale_type(), {{"factor", 1.0}});
  CHECK(runner.error_of_run() == "the test gives nothing at input 'volume'");
  CHECK(error_of([&] { runner.input("volum", voxel(1)); }) == "toy.scale has no input 'volum'; did you mean 'volume'?");
  CHECK(error_of([&] { runner.input("volume", Mask()); }) ==
        "input 'volume' takes flowrun.volume/1, the test gives flowrun.mask/1");
  CHECK(error_of([&] { runner.output<Volume>("map"); }) == "toy.scale has no output 'map'; it has 'volume'");
  CHECK(error_of([&] { runner.output<Volume>("volume"); }) == "nothing was emitted at output 'volume'");
  runner.input("volume", voxel(1)).run();
  CHECK(error_of([&] { runner.output<Mask>("volume"); }) ==
        "output 'volume' is a flowrun.volume/1, the test asks for a flowrun.mask/1");
  runner.input("volume", voxel(1));
  CHECK(runner.error_of_run() == "the test gives several payloads at input 'volume'");
  CHECK(error_of([] {
          NodeRunner(toy::scale_type(), {{"factr", 1.0}});
        }) == "toy.scale has no parameter 'factr'; did you mean 'factor'?");
}

TEST_CASE("node_runner: an unknown type names the near one, and why plugins cannot be used") {
  Registry registry;
  CHECK(error_of([&] { NodeRunner(registry, "toy.scale"); }) ==
        "no plugin offers 'toy.scale'; no plugin was found at all, is FLOWRUN_PLUGIN_PATH set?");
  registry.add_type(toy::scale_type());
  CHECK(error_of([&] { NodeRunner(registry, "toy.scal", "{}"); }) == "no plugin offers 'toy.scal'; did you mean 'toy.scale'?");
  registry.add_library(std::string(FLOWRUN_SOURCE_DIR) + "/LICENSE");
  const std::string text = error_of([&] { NodeRunner(registry, "other.node"); });
  CHECK(text.find("no plugin offers 'other.node'; '") == 0);
  CHECK(text.find("LICENSE' is not a shared library") != std::string::npos);
}

TEST_CASE("node_runner: an input that was taken cannot be read again, and the test keeps its own") {
  struct TakesAndReads : Node {
    void process(Context& context) override {
      Volume own = context.take(Input<Volume>{"volume", ""});
      own.voxels[0] = context.params().number("factor") == 1 ? 7 : context.in<Volume>("volume").voxels[0];
      context.emit("volume", std::move(own));
    }
  };
  NodeType type = toy::scale_type();
  type.create = [] { return std::make_unique<TakesAndReads>(); };
  const Volume volume = voxel(2);
  NodeRunner takes(type, R"({"factor": 1})");
  takes.input("volume", volume).run();
  CHECK(takes.output<Volume>("volume").voxels[0] == 7);
  NodeRunner reads(type, R"({"factor": 3})");
  reads.input("volume", volume);
  CHECK(error_of([&] { reads.run(); }).find("reads input 'volume' after it has taken it in this firing") != std::string::npos);
}
