#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "flowrun/host/trace.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"
#include "json/json.h"
#include "support/one_node_graph.h"

namespace {

using namespace flowrun;
using testing::one_node_graph, testing::read;
namespace fs = std::filesystem;

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("flowrun-trace-" + std::to_string(getpid()))) { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

/// A file that is JSON without a fault.
json::Value read_json(const fs::path& file) {
  Diagnostics faults;
  const auto value = json::parse(read(file), file.string(), faults);
  REQUIRE(value);
  CHECK(faults.all().empty());
  return *value;
}

}  // namespace

TEST_CASE("trace: the Chrome file is JSON with one span for every event and a name for every thread") {
  const Folder folder;
  const ValidatedGraph graph = one_node_graph("");
  Trace trace;
  trace.record({0, 0, 3, 1, 2000, 5500, "process"});
  trace.record({0, 0, -1, 0, 1000, 1500, "begin"});
  CHECK(trace.events()[0].begin_ns == 1000);
  trace.write_chrome(folder.path / "trace.json", graph, {{"a", {}}});
  const json::Value file = read_json(folder.path / "trace.json");
  const auto& events = file.find("traceEvents")->items();
  REQUIRE(events.size() == 2 + 2 + 1);
  CHECK(events[1].find("name")->text() == "net");
  CHECK(events[1].find("ts")->number() == 2.0);
  CHECK(events[1].find("dur")->number() == 3.5);
  CHECK(events[1].find("tid")->integer() == 2);
  CHECK(events[1].find("args")->find("chunk")->integer() == 3);
  CHECK(events[1].find("args")->find("case")->text() == "a");
  CHECK(events[0].find("args")->find("chunk") == nullptr);
}

TEST_CASE("trace: a step that a node told of bears its name, names its node, and comes after the firing that began with it") {
  const Folder folder;
  Trace trace;
  {
    const std::string step = "forward of a batch";
    trace.record({0, 0, 3, 0, 1000, 2000, "", true}, step);
    trace.record({0, 0, 4, 0, 7000, 8000, "", true}, step);
  }
  trace.record({0, 0, 3, 0, 1000, 2000, "process"});
  trace.write_chrome(folder.path / "trace.json", one_node_graph(""), {{"a", {}}});
  const json::Value file = read_json(folder.path / "trace.json");
  const auto& events = file.find("traceEvents")->items();
  CHECK(events[0].find("name")->text() == "net");
  for (const std::size_t i : {1, 2}) {
    CHECK(events[i].find("name")->text() == "forward of a batch");
    CHECK(events[i].find("args")->find("node")->text() == "net");
    CHECK(events[i].find("args")->find("step") == nullptr);
  }
}

TEST_CASE("trace: counters of the data between nodes and of the cases in flight have a line where they change, in time's order") {
  const Folder folder;
  Trace trace;
  const auto call = [&](std::int64_t begin, std::int64_t end, std::int64_t bytes, std::int32_t cases) {
    TraceEvent event{0, 0, -1, 0, begin, end};
    event.payload_bytes = bytes;
    event.cases_in_flight = cases;
    trace.record(event);
  };
  call(1000, 9000, 50, 1);
  call(2000, 3000, 100, 2);
  call(4000, 5000, 100, 2);
  trace.record({0, 0, -1, 0, 1, 2, "tasks"});  // looked at no counter
  trace.write_chrome(folder.path / "trace.json", one_node_graph(""), {{"a", {}}});
  std::vector<std::string> lines;
  const json::Value file = read_json(folder.path / "trace.json");
  for (const json::Value& event : file.find("traceEvents")->items())
    if (event.find("ph")->text() == "C")
      lines.push_back(event.find("name")->text() + " " + std::to_string(static_cast<int>(event.find("ts")->number())) + " " +
                      json::write_line(*event.find("args")));
  CHECK(lines == std::vector<std::string>{"data between nodes 3 {\"bytes\":100}", "cases in flight 3 {\"cases\":2}",
                                          "data between nodes 9 {\"bytes\":50}", "cases in flight 9 {\"cases\":1}"});
}

TEST_CASE("trace: a file that cannot be written is a sentence, and nothing is left behind") {
  const Folder folder;
  const Trace trace;
  std::ofstream(folder.path / "file") << "";
  const fs::path file = folder.path / "file" / "trace.json";
  CHECK_THROWS_WITH_AS(
      trace.write_chrome(file, one_node_graph(""), {}),
      ("cannot make the folder '" + (folder.path / "file").string() + "' for '" + file.string() + "': Not a directory").c_str(),
      Error);
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("trace: arrows lead from the call that made a packet to the one that took it; calls of next have their chunk") {
  const Folder folder;
  ValidatedGraph graph = one_node_graph("");  // 0 streams to 1, which 2 collects
  graph.nodes.resize(3, graph.nodes[0]);
  const auto reads = [&](std::size_t reader, std::size_t source) {
    InputSlot slot;
    slot.source.node = source;
    graph.nodes[reader].slots = {slot};
  };
  reads(1, 0);
  reads(2, 1);
  Trace trace;
  trace.record({0, 0, -1, 0, 0, 100, "begin"});
  trace.record({0, 0, -1, 0, 100, 200, "next"});
  trace.record({0, 0, -1, 0, 200, 300, "next"});
  trace.record({0, 0, -1, 0, 600, 650, "next"});  // the stream has ended
  trace.record({1, 0, 0, 1, 250, 400, "process"});
  trace.record({1, 0, 1, 0, 300, 500, "process"});
  trace.record({1, 0, 1, 1, 310, 490, "tasks"});
  trace.record({2, 0, 0, 1, 400, 450, "accept"});
  trace.record({2, 0, 1, 1, 520, 560, "accept"});
  trace.write_chrome(folder.path / "trace.json", graph, {{"a", {}}});
  std::vector<double> begins, ends;
  std::vector<std::int64_t> chunks;
  const json::Value file = read_json(folder.path / "trace.json");
  for (const json::Value& event : file.find("traceEvents")->items()) {
    const std::string kind = event.find("ph")->text();
    if (kind == "s") begins.push_back(event.find("ts")->number());
    if (kind == "f") ends.push_back(event.find("ts")->number());
    if (kind == "X" && event.find("args")->find("step")->text() == "next")
      chunks.push_back(event.find("args")->find("chunk") ? event.find("args")->find("chunk")->integer() : -1);
  }
  CHECK(begins == std::vector<double>{0.199, 0.299, 0.399, 0.499});
  CHECK(ends == std::vector<double>{0.25, 0.3, 0.4, 0.52});
  CHECK(chunks == std::vector<std::int64_t>{0, 1, -1});
}

TEST_CASE("trace: a node whose result was loaded is a span with the seconds saved, one that was skipped a moment") {
  const Folder folder;
  ValidatedGraph graph = one_node_graph("");  // 0 is skipped, 1 is loaded for 2, which collects for 3
  graph.nodes.resize(4, graph.nodes[0]);
  for (std::size_t reader = 1; reader < 4; ++reader) {
    InputSlot slot;
    slot.source.node = reader - 1;
    graph.nodes[reader].slots = {slot};
  }
  Trace trace;
  trace.record({0, 0, -1, 0, 90, 90, "skip"});
  TraceEvent loaded{1, 0, -1, 0, 0, 80, "load"};
  loaded.saved_s = 2.5;
  trace.record(loaded);
  trace.record({2, 0, 7, 0, 100, 150, "accept"});
  trace.record({2, 0, -1, 0, 150, 160, "finish"});
  trace.record({3, 0, -1, 0, 200, 300, "process"});
  trace.write_chrome(folder.path / "trace.json", graph, {{"a", {}}});
  std::vector<double> begins;
  const json::Value file = read_json(folder.path / "trace.json");
  const auto& events = file.find("traceEvents")->items();
  for (const json::Value& event : events)
    if (event.find("ph")->text() == "s") begins.push_back(event.find("ts")->number());
  CHECK(begins == std::vector<double>{0.079, 0.159});  // none from the call of accept
  CHECK(events[0].find("args")->find("saved_s")->number() == 2.5);
  CHECK(events[0].find("ph")->text() == "X");
  CHECK(events[1].find("args")->find("step")->text() == "skip");
  CHECK(events[1].find("ph")->text() == "i");
}
