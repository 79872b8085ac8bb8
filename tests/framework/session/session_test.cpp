#include "flowrun/host/session.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "support/temp_folder.h"

using namespace flowrun;
using flowrun::testing::TempFolder;

namespace {

std::atomic<int> opened{0}, waiting{0};

/// Adds a number to every voxel; waits to be cancelled where it is negative.
struct Add : Node {
  void open(OpenContext&) override { ++opened; }
  void process(Context& context) override {
    const double by = context.params().number("by");
    if (by == 13) throw Error("13 is no number to add");
    for (++waiting; by < 0 && !context.cancelled();) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    Volume sum;
    for (const PayloadPtr& payload : context.inputs("volumes")) {
      if (!payload) continue;  // absent
      const auto& volume = static_cast<const Volume&>(*payload);
      sum.geometry = volume.geometry;
      sum.voxels.resize(volume.voxels.size());
      for (std::size_t i = 0; i < volume.voxels.size(); ++i) sum.voxels[i] += volume.voxels[i] + static_cast<float>(by);
    }
    context.emit("sum", std::move(sum));
  }
};

Registry registry() {
  NodeType type;
  type.name = "toy.add";
  type.summary = "Adds";
  type.inputs = {{.name = "volumes", .payload = "flowrun.volume/1", .help = "Images", .variadic = true, .partial = true}};
  type.outputs = {{.name = "sum", .payload = "flowrun.volume/1", .help = "Their sum"}};
  type.params = {{.name = "by", .type = ParamType::number, .default_value = 1.0, .help = "What is added", .per_case = true}};
  type.create = create_node<Add>;
  Registry types;
  types.add_type(type, "toy");
  return types;
}

constexpr const char* kGraph = R"({
  "format": 1, "name": "sum",
  "parameters": { "by": { "type": "number", "default": 1, "help": "What is added" } },
  "inputs": {
    "image": { "type": "flowrun.volume/1", "help": "An image" },
    "other": { "type": "flowrun.volume/1", "required": false, "help": "Another" }
  },
  "nodes": { "add": { "type": "toy.add", "inputs": { "volumes": ["image", "other"] }, "params": { "by": "${by}" } } },
  "outputs": { "sum": "add.sum" }
})";

std::shared_ptr<Volume> image(float value, std::int64_t width = 2) {
  auto volume = std::make_shared<Volume>();
  volume->geometry.size = {width, width, width};
  volume->voxels.assign(static_cast<std::size_t>(width * width * width), value);
  return volume;
}

/// A session over the graph, with what it needs.
struct Open {
  explicit Open(std::vector<std::string> changing = {"by"}, std::vector<std::string> settings = {}) {
    opened = waiting = 0;
    folder.write("sum.json", kGraph);
    SessionRequest request;
    request.graph = folder.path / "sum.json";
    request.changing = std::move(changing);
    request.settings = std::move(settings);
    request.threads = 2;
    session.emplace(request, types, faults);
  }
  float sum(SessionInput input) {
    const SessionOutput output = session->run(std::move(input));
    REQUIRE(output.result.status == CaseStatus::done);
    return static_cast<const Volume&>(*output.packets.at("sum")).voxels.front();
  }
  TempFolder folder;
  Registry types = registry();
  Diagnostics faults;
  std::optional<Session> session;
};

std::int64_t resident_pages() {
  std::int64_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident;
}

}  // namespace

TEST_CASE("session: parameters of nodes are set by the names that the file has, and faults use them") {
  Open open({}, {"add.by=7"});
  REQUIRE_FALSE(open.faults.has_errors());  // nothing uses the graph's own "by" then: a warning
  CHECK(open.sum({{{"image", image(3)}}, {}}) == 10);
  const Open wrong({}, {"ad.by=7"});
  REQUIRE(wrong.faults.has_errors());
  CHECK(wrong.faults.all().front().message.find("graph/") == std::string::npos);
  CHECK(wrong.faults.all().front().message.find("no node 'ad'") != std::string::npos);
}

TEST_CASE("session: images go in and come out in memory, and nodes are opened once") {
  Open open;
  REQUIRE(open.faults.all().empty());
  CHECK(open.sum({{{"image", image(3)}}, {}}) == 4);
  CHECK(open.sum({{{"image", image(5)}}, {{"by", 2.5}}}) == 7.5f);
  CHECK(open.sum({{{"image", image(5)}, {"other", image(1)}}, {}}) == 8);
  CHECK(opened == 1);
}

TEST_CASE("session: several inputs run at a time, each with its own outputs, and one that fails is no other's fault") {
  Open open;
  std::vector<SessionInput> inputs;
  for (int i = 0; i < 20; ++i) inputs.push_back({{{"image", image(static_cast<float>(i))}}, {{"by", i == 7 ? 13.0 : 1.0}}});
  const std::vector<SessionOutput> outputs = open.session->run_all(std::move(inputs));
  REQUIRE(outputs.size() == 20);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (i == 7) continue;
    CHECK(static_cast<const Volume&>(*outputs[i].packets.at("sum")).voxels.front() == static_cast<float>(i + 1));
  }
  CHECK(outputs[7].result.status == CaseStatus::failed);
  CHECK(outputs[7].result.errors.front().message == "13 is no number to add");
  CHECK(outputs[7].packets.empty());
}

TEST_CASE("session: a run is cancelled from another thread, and the next one runs") {
  Open open;
  std::thread other([&] {
    while (waiting == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    open.session->cancel();
  });
  const SessionOutput output = open.session->run({{{"image", image(3)}}, {{"by", -1.0}}});
  other.join();
  CHECK(output.result.status == CaseStatus::cancelled);
  CHECK(open.sum({{{"image", image(3)}}, {}}) == 4);
  open.session->cancel();  // nothing runs: nothing happens
  CHECK(open.sum({{{"image", image(3)}}, {}}) == 4);
}

TEST_CASE("session: an input of the graph that is a value is given with each run") {
  Open open;
  std::string text = kGraph;
  text.replace(text.find(R"("parameters": { "by": { "type": "number", "default": 1, "help": "What is added" } },)"), 86, "");
  text.replace(text.find(R"("image": {)"), 0, R"("by": { "type": "number", "help": "What is added" }, )");
  open.folder.write("value.json", text);
  SessionRequest request;
  request.graph = open.folder.path / "value.json";
  open.session.emplace(request, open.types, open.faults);
  for (const Diagnostic& fault : open.faults.all()) FAIL(fault.message);
  CHECK(open.sum({{{"image", image(3)}}, {{"by", 2.0}}}) == 5);
  CHECK(open.sum({{{"image", image(3)}}, {{"by", 4.0}}}) == 7);
  CHECK_THROWS_AS(open.session->run({{{"image", image(3)}}, {}}), Error);
}

TEST_CASE("session: what does not fit the graph is a sentence") {
  Open open;
  CHECK_THROWS_WITH_AS(open.session->run({}), "input 'image' of graph 'sum' is missing", Error);
  CHECK_THROWS_WITH_AS(open.session->run({{{"image", image(1)}, {"imgae", image(1)}}, {}}), "graph 'sum' has no input 'imgae'",
                       Error);
  CHECK_THROWS_WITH_AS(open.session->run({{{"image", image(1)}}, {{"to", 1.0}}}),
                       "parameter 'to' was not named in SessionRequest::changing, so no run can set it", Error);
  const Open wrong({"too"});
  REQUIRE(wrong.faults.has_errors());
  CHECK(wrong.faults.all().front().message == "graph 'sum' has no parameter 'too' that a run could change");
}

TEST_CASE("session: 200 runs need no more memory than the first few") {
  Open open;
  constexpr std::int64_t kWidth = 64;  // 1 MiB each
  for (int i = 0; i < 20; ++i) CHECK(open.sum({{{"image", image(1, kWidth)}}, {}}) == 2);
  const std::int64_t before = resident_pages();
  for (int i = 0; i < 200; ++i) CHECK(open.sum({{{"image", image(1, kWidth)}}, {}}) == 2);
  CHECK((resident_pages() - before) * ::getpagesize() < 8 << 20);
  CHECK(opened == 1);
}
