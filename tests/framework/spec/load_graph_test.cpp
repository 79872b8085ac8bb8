#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "support/fault_lines.h"
#include "flowrun/host/cross_plan.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

/// A folder of graph files that goes away again.
class Folder {
 public:
  Folder() : path(fs::temp_directory_path() / ("flowrun_spec_" + std::to_string(::getpid()))) {
    fs::create_directories(path / "stages");
  }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
  /// All faults of a file, with the folder's name taken out.
  std::string faults(const std::string& name) const {
    Diagnostics faults;
    load_graph(path / name, faults);
    std::string text = lines(faults);
    const std::string prefix = path.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
    return text;
  }
  const fs::path path;
};

std::string using_graph(const std::string& file) { return R"({"format": 1, "nodes": {"n": {"type": "graph:)" + file + R"("}}})"; }

TEST_CASE("load_graph: a subgraph is found beside the file that names it") {
  const Folder folder;
  folder.write("main.json", using_graph("stages/a.json"));
  folder.write("stages/a.json", using_graph("b.json"));
  folder.write("stages/b.json", R"({"format": 1, "nodes": {"x": {"type": "t.read"}}})");
  Diagnostics faults;
  const auto graph = load_graph(folder.path / "main.json", faults);
  REQUIRE(graph);
  CHECK(lines(faults) == "");
  CHECK(graph->name == "main");
  CHECK(graph->nodes[0].subgraph->nodes[0].subgraph->nodes[0].type == "t.read");
}

TEST_CASE("load_graph: files that cannot be read are named") {
  const Folder folder;
  folder.write("main.json", using_graph("stages"));
  CHECK(folder.faults("none.json") == "none.json: error: the file does not exist");
  CHECK(folder.faults("stages") == "stages: error: the file is a folder, not a file");
  CHECK(folder.faults("main.json") ==
        "main.json:1:39: error: node 'n': the graph file 'stages' is a folder, not a file (looked for stages)");
}

TEST_CASE("load_graph: files that use each other are spelled out") {
  const Folder folder;
  folder.write("main.json", using_graph("stages/a.json"));
  folder.write("stages/a.json", using_graph("../stages/b.json"));
  folder.write("stages/b.json", using_graph("a.json"));
  CHECK(folder.faults("main.json") ==
        "stages/../stages/b.json:1:39: error: node 'n': the graph file 'a.json' uses itself: a.json -> b.json -> a.json");
}

TEST_CASE("load_graph: a faulty subgraph that is used twice is reported once") {
  const Folder folder;
  folder.write("main.json", R"({"format": 1, "nodes": {"n": {"type": "graph:a.json"}, "m": {"type": "graph:a.json"}}})");
  folder.write("a.json", R"({"format": 3})");
  CHECK(folder.faults("main.json") ==
        "a.json:1:12: error: the graph has format 3, and this flowrun reads format 1; run it with a newer flowrun");
}

TEST_CASE("load_graph: keeps what the file says, with places, and takes keys that start with x-") {
  Diagnostics faults;
  const auto graph = parse_graph(R"({"$schema": "s.json", "format": 1, "name": "g", "summary": "does it", "x-author": {"any": 1},
 "requires": {"io": ">=1.0"},
 "parameters": {"p": {"type": "numbers", "default": [1, 2.5], "length": 2, "min": 0, "unit": "mm", "help": "sizes"}},
 "inputs": {"flair": {"type": "path"}, "volume": {"type": "flowrun.volume/1", "required": false, "variadic": true}},
 "nodes": {"a": {"type": "t.read", "params": {"path": "${flair}"}, "run": {"device": "cuda:1", "on_error": "continue"}},
           "b": {"type": "t.sum", "inputs": {"volumes": ["a.volume", "volume"]}}},
 "outputs": {"o": {"from": "b.volume", "help": "sum"}}})",
                                 "dir/g.json", faults);
  REQUIRE_MESSAGE(graph, lines(faults));
  CHECK(lines(faults) == "");
  CHECK(graph->requires_[0].constraint == ">=1.0");
  CHECK(to_string(*graph->parameters[0].spec.default_value) == "[1, 2.5]");
  CHECK(graph->value_inputs[0].spec.per_case);
  CHECK(graph->port_inputs[0].variadic);
  CHECK_FALSE(graph->port_inputs[0].required);
  CHECK(*graph->nodes[0].run.device == "cuda:1");
  CHECK(to_string(graph->nodes[1].place) == "dir/g.json:6:12");
  CHECK(to_string(graph->nodes[1].inputs[0].sources[1].place) == "dir/g.json:6:70");
  CHECK(graph->nodes[1].inputs[0].sources[1].node.empty());
  CHECK(graph->outputs[0].source.node == "b");
}

TEST_CASE("load_cross_plan: what has no end is not read to it") {
  Diagnostics faults;
  CHECK_FALSE(load_cross_plan("/dev/zero", faults).has_value());
  CHECK(lines(faults) == "/dev/zero: error: the file is not a regular file");
}

TEST_CASE("faults: a message with a name of megabytes keeps its beginning and its end, and whole characters") {
  Diagnostics faults;
  faults.error({"g.json", 1, 1}, "node '" + std::string(1'000'000, 'x') + "': unknown");
  const std::string& message = faults.all().front().message;
  CHECK(message.size() < 4000);
  CHECK(message.starts_with("node 'xxx"));
  CHECK(message.find(" [...] ") != std::string::npos);
  CHECK(message.ends_with("xxx': unknown"));
  std::string wide;
  for (int i = 0; i < 100'000; ++i) wide += "\xE2\x82\xAC";
  faults.warning({"g.json", 1, 1}, wide);
  const std::string& cut = faults.all().back().message;
  CHECK(cut.find("\xAC [...] \xE2") != std::string::npos);
}

TEST_CASE("did_you_mean: offers the nearest word, also for swapped letters, and nothing when none is near") {
  CHECK(did_you_mean("volmue", {"mask", "volume"}) == "; did you mean 'volume'?");
  CHECK(did_you_mean("x", {"a"}) == "");
  CHECK(did_you_mean("volume", {"a_volume_with_a_long_name"}) == "");
  CHECK(did_you_mean(std::string(300'000, 'a'), {std::string(300'000, 'b')}) == "");  // would take minutes to compare
  CHECK(did_you_mean("threshold", {"volume"}) == "");
}

}  // namespace
}  // namespace flowrun::testing
