#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <mutex>

#include "flowrun/host/graph_spec.h"
#include "flowrun/host/replay.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"

namespace {

using namespace flowrun;
namespace fs = std::filesystem;

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("flowrun-replay-" + std::to_string(getpid()))) { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

Volume one_voxel(float value) {
  Volume volume;
  volume.geometry.size = {1, 1, 1};
  volume.voxels = {value};
  return volume;
}

float value_of(const Payload* payload) { return payload_cast<Volume>(payload)->voxels.front(); }

struct Make : Node {
  void process(Context& context) override {
    context.emit("out", one_voxel(static_cast<float>(context.params().number("value"))));
  }
};

/// Five chunks: the input's value, and so on upwards.
struct Count : Node {
  struct State : Firing {
    bool next(Context& context) override {
      if (context.chunk() == 5) return false;
      context.emit("out", one_voxel(context.in<Volume>("in").voxels.front() + static_cast<float>(context.chunk())));
      return true;
    }
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

/// Fails when the chunk's and the case's value add up to the refused one.
struct Refuse : Node {
  void process(Context& context) override {
    const float sum = context.in<Volume>("chunk").voxels.front() + context.in<Volume>("all").voxels.front();
    if (sum == static_cast<float>(context.params().number("refused"))) throw Error("the sum is " + std::to_string(sum));
    context.emit("out", one_voxel(sum));
  }
};

struct Collect : Node {
  struct State : Firing {
    void accept(Context& context, std::string_view, const PayloadPtr& item) override {
      if (value_of(item.get()) == static_cast<float>(context.params().number("refused"))) throw Error("this item is refused");
      ++count;
    }
    void finish(Context& context) override {
      if (context.params().flag("fail_at_end")) throw Error("the end is refused after " + std::to_string(count));
    }
    int count = 0;
  };
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<State>(); }
};

template <class T>
std::unique_ptr<Node> make() {
  return std::make_unique<T>();
}

Registry registry() {
  const auto in = [](const char* name) {
    return InputPort{.name = name, .payload = std::string(Volume::kType), .help = "a value"};
  };
  OutputPort out{.name = "out", .payload = std::string(Volume::kType), .help = "a value"}, stream = out;
  stream.stream = true;
  InputPort chunk = in("chunk"), chunks = in("chunks");
  chunk.scope = chunks.scope = Scope::chunk;
  chunks.collects = true;
  const ParamSpec refused{.name = "refused", .type = ParamType::number, .default_value = -1.0, .help = "a value"};
  ParamSpec value{.name = "value", .type = ParamType::number, .help = "a value", .per_case = true};
  const ParamSpec at_end{.name = "fail_at_end", .type = ParamType::boolean, .default_value = false, .help = "fail at the end"};
  Registry types;
  types.add_type({.name = "t.make", .summary = "makes", .outputs = {out}, .params = {value}, .create = make<Make>}, "t");
  types.add_type({.name = "t.count", .summary = "counts", .inputs = {in("in")}, .outputs = {stream}, .create = make<Count>}, "t");
  types.add_type({.name = "t.refuse",
                  .summary = "refuses",
                  .inputs = {chunk, in("all")},
                  .outputs = {out},
                  .params = {refused},
                  .create = make<Refuse>},
                 "t");
  types.add_type(
      {.name = "t.collect", .summary = "collects", .inputs = {chunks}, .params = {refused, at_end}, .create = make<Collect>},
      "t");
  return types;
}

/// Runs a case of value 10 and keeps its failed firing; the folder of it.
ReplayBundle keep_failure(const fs::path& folder, const std::string& refuse, const std::string& collect,
                          const Settings& settings = {}) {
  Registry types = registry();
  Diagnostics faults;
  const auto spec = parse_graph(R"({"format": 1, "name": "g", "inputs": {"n": {"type": "number"}}, "nodes": {
    "make": {"type": "t.make", "params": {"value": "${n}"}},
    "count": {"type": "t.count", "inputs": {"in": "make.out"}},
    "refuse": {"type": "t.refuse", "inputs": {"chunk": "count.out", "all": "make.out"}, "params": {)" +
                                    refuse + R"(}},
    "collect": {"type": "t.collect", "inputs": {"chunks": "refuse.out"}, "params": {)" +
                                    collect + "}}}}",
                                "g.json", faults);
  REQUIRE(spec);
  const auto graph = validate(*spec, types, settings, faults);
  for (const Diagnostic& fault : faults.all()) CHECK_MESSAGE(fault.severity == Severity::warning, to_string(fault));
  REQUIRE(graph);
  const std::vector<Case> cases{{"p1", {{"n", 10.0}}}};
  RunOptions options;
  std::mutex mutex;
  int told = 0;
  options.on_firing_failed = [&](const FailedFiring& failed) {
    const std::lock_guard lock(mutex);
    if (told++ == 0) write_kept_firing(folder, keep_firing(*graph, cases.front(), folder, failed));
  };
  Run run(graph, types, options);
  CHECK(run.execute(cases).cases.front().status == CaseStatus::failed);
  CHECK(told == 1);
  return read_replay_bundle(folder);
}

CaseResult replay(const fs::path& folder, const ReplayBundle& bundle) {
  Registry types = registry();
  const ReplayRun replay = prepare_replay(folder, bundle, types, folder / "out");
  Run run(replay.graph, types, {});
  return run.execute({replay.one_case}).cases.front();
}

}  // namespace

TEST_CASE("replay: a firing on a chunk runs again on its chunk and on what the case shares") {
  const Folder folder;
  const ReplayBundle bundle = keep_failure(folder.path, R"("refused": 23)", "");
  CHECK(bundle.node == "refuse");
  CHECK(bundle.chunk == 3);
  CHECK(bundle.step == "process");
  CHECK(bundle.command == "flowrun run g.json --case-name p1 --in n=10 --out " + folder.path.string());
  const CaseResult result = replay(folder.path, bundle);
  REQUIRE(result.status == CaseStatus::failed);
  CHECK(result.errors.front().message == bundle.error.message);
  CHECK(result.errors.front().plugin == "t");
}

TEST_CASE("replay: the command for the whole graph has what was set on top of its file") {
  const Folder folder;
  const ReplayBundle bundle = keep_failure(folder.path, "", "", {.values = {{"refuse.refused", "23"}}});
  CHECK(bundle.command.find("--in n=10 --set refuse.refused=23 --out") != std::string::npos);
}

TEST_CASE("replay: with another parameter in its description the node is done") {
  const Folder folder;
  ReplayBundle bundle = keep_failure(folder.path, R"("refused": 23)", "");
  bundle.params = {{"refused", -1.0}};
  CHECK(replay(folder.path, bundle).status == CaseStatus::done);
}

TEST_CASE("replay: a collecting node gets the item again that it would not accept") {
  const Folder folder;
  const ReplayBundle bundle = keep_failure(folder.path, "", R"("refused": 22)");
  CHECK(bundle.step == "accept");
  const CaseResult result = replay(folder.path, bundle);
  REQUIRE(result.status == CaseStatus::failed);
  CHECK(result.errors.front().message == "this item is refused");
}

TEST_CASE("replay: items that were collected are gone, and the command for the whole graph is given instead") {
  const Folder folder;
  const ReplayBundle bundle = keep_failure(folder.path, "", R"("fail_at_end": true)");
  CHECK(bundle.step == "finish");
  CHECK_THROWS_WITH_AS(
      replay(folder.path, bundle),
      ("input 'chunks' of node 'collect' is not kept: the items that it had collected are not kept. To see the failure again "
       "run the graph for this case: " +
       bundle.command)
          .c_str(),
      Error);
}

TEST_CASE("replay: a description that does not fit the node type is refused") {
  const Folder folder;
  const ReplayBundle good = keep_failure(folder.path, R"("refused": 23)", "");
  const auto refused = [&](ReplayBundle bundle) {
    try {
      replay(folder.path, bundle);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  ReplayBundle bundle = good;
  bundle.type = "t.gone";
  CHECK(refused(bundle).find("no plugin offers the node type 't.gone' (plugin t") == 0);
  bundle = good;
  bundle.inputs[0].port = "other";
  CHECK(refused(bundle) == "node type 't.refuse' has no input 'other' of flowrun.volume/1 any more");
  bundle = good;
  bundle.inputs.pop_back();
  CHECK(refused(bundle) == "input 'all' of node type 't.refuse' is not in the bundle");
  bundle = good;
  bundle.scope = Scope::per_case;
  CHECK(refused(bundle) == "its scope and those of its inputs do not fit");
  bundle = good;
  bundle.params = {{"refused", std::string("x")}};
  CHECK(refused(bundle).find("parameter 'refused': expected a number") == 0);
}
