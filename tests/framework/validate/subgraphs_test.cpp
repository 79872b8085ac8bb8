#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "fake_types.h"
#include "flowrun/sdk/error.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

/// A folder with a subgraph "stages/s.json" and an image beside it, for a main graph that is text.
class Folder {
 public:
  explicit Folder(const std::string& subgraph) : path(fs::temp_directory_path() / ("flowrun_sub_" + std::to_string(::getpid()))) {
    fs::create_directories(path / "stages");
    std::ofstream(path / "stages/s.json") << subgraph;
    std::ofstream(path / "stages/own.nii") << "x";
  }
  ~Folder() { fs::remove_all(path); }
  std::shared_ptr<const ValidatedGraph> graph(const std::string& text, const Settings& settings = {}) const {
    return valid(text, settings, (path / "g.json").string());
  }
  std::string faults(const std::string& text) const { return without_folder(faults_of(text, {}, (path / "g.json").string())); }
  std::string without_folder(std::string text) const {
    const std::string prefix = path.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
    return text;
  }
  const fs::path path;
};

const char* const kStage = R"({"format": 1,
 "parameters": {"f": {"type": "number", "default": 2, "max": 5}, "file": {"type": "path", "default": "own.nii"}},
 "inputs": {"volumes": {"type": "flowrun.volume/1", "variadic": true}, "mask": {"type": "flowrun.mask/1", "required": false}},
 "nodes": {
  "sum": {"type": "t.sum", "inputs": {"volumes": ["volumes", "extra.volume"]}},
  "extra": {"type": "t.read", "params": {"path": "${file}"}},
  "scale": {"type": "t.scale", "inputs": {"volume": "sum.volume", "mask": "mask"}, "params": {"factor": "${f}"}}
 },
 "outputs": {"volume": "scale.volume"}})";

std::string main_graph(const std::string& stage) {
  return R"({"format": 1, "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.read", "params": {"path": "${out}/b"}},
  )" + stage +
         R"(,
  "w": {"type": "t.write", "inputs": {"volume": "s.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})";
}

std::string path_of_extra(const ValidatedGraph& graph) {
  const Case one{"p1", {}};
  return resolve_params(node(graph, "s/extra"), &one, "res").text("path");
}

TEST_CASE("subgraph: its nodes stand in the place of the node, with names that tell where") {
  const Folder folder(kStage);
  const auto graph =
      folder.graph(main_graph(R"("s": {"type": "graph:stages/s.json", "inputs": {"volumes": ["b.volume", "a.volume"]}})"));
  std::string order;
  for (const ValidatedNode& one : graph->nodes) order += one.id + " ";
  CHECK(order == "a b s/extra s/sum s/scale w ");
  const ValidatedNode& sum = node(*graph, "s/sum");
  REQUIRE(sum.slots.size() == 3);
  CHECK(graph->nodes[sum.slots[0].source.node].id == "b");
  CHECK(graph->nodes[sum.slots[1].source.node].id == "a");
  CHECK(graph->nodes[sum.slots[2].source.node].id == "s/extra");
  CHECK(graph->nodes[node(*graph, "w").slots[0].source.node].id == "s/scale");
  CHECK(node(*graph, "s/scale").slots.size() == 1);  // nothing is connected to the optional mask
}

TEST_CASE("subgraph: its outputs are known by the names that edges give them, with the plain nodes that make them") {
  const Folder folder(kStage);
  std::ofstream(folder.path / "stages/outer.json") << R"({"format": 1, "inputs": {"v": {"type": "flowrun.volume/1"}},
 "nodes": {"in": {"type": "graph:s.json", "inputs": {"volumes": "v"}}}, "outputs": {"made": "in.volume", "given": "v"}})";
  std::string text = main_graph(R"("s": {"type": "graph:stages/outer.json", "inputs": {"v": "b.volume"}})");
  text.replace(text.find("s.volume\""), 8, "s.made");
  const auto graph = folder.graph(text);
  REQUIRE(graph->subgraphs.size() == 2);
  std::string said;
  for (const auto& [name, outputs] : graph->subgraphs)
    for (const SubgraphOutput& output : outputs) {
      REQUIRE(output.sources.size() == 1);
      said += name + "." + output.name + " = " + graph->nodes[output.sources[0].node].id + "\n";
    }
  CHECK(said == "s.made = s/in/scale\ns.given = b\ns/in.volume = s/in/scale\n");
}

TEST_CASE("subgraph: more outputs than anyone writes are refused") {
  std::string outputs = "\"o\": \"x.volume\"";
  for (int i = 0; i < 5000; ++i) outputs += ", \"o" + std::to_string(i) + "\": \"x.volume\"";
  const Folder folder(R"({"format": 1, "nodes": {"x": {"type": "t.read", "params": {"path": "${out}/x"}}}, "outputs": {)" +
                      outputs + "}}");
  const std::string stage = R"({"type": "graph:stages/s.json"})";
  const std::string one = R"({"format": 1, "nodes": {"s": )" + stage;
  CHECK(folder.faults(one + "}}").find("outputs together") == std::string::npos);
  CHECK(folder.faults(one + R"(, "t": )" + stage + "}}").find(
            "g.json: error: the subgraphs of the graph have more than 10000 outputs together, which is not accepted") == 0);
}

TEST_CASE("subgraph: its defaults start at its own folder, what is given to it at the folder of the giver") {
  const Folder folder(kStage);
  const auto own = folder.graph(main_graph(R"("s": {"type": "graph:stages/s.json", "inputs": {"volumes": "a.volume"}})"));
  CHECK(folder.without_folder(path_of_extra(*own)) == "stages/own.nii");
  CHECK(to_string(*param(*own, "s/scale", "factor").constant) == "2");
  const std::string given = main_graph(
      R"("s": {"type": "graph:stages/s.json", "inputs": {"volumes": "a.volume"}, "params": {"f": 3, "file": "in/${case}.nii"}})");
  CHECK(folder.without_folder(path_of_extra(*folder.graph(given))) == "in/p1.nii");
  CHECK(to_string(*param(*folder.graph(given), "s/scale", "factor").constant) == "3");
  const auto set = folder.graph(given, {{{"s.f", "4"}, {"s/scale.mode", "square"}, {"s.file", "${out}/x"}}});
  CHECK(to_string(*param(*set, "s/scale", "factor").constant) == "4");
  CHECK(to_string(*param(*set, "s/scale", "mode").constant) == "\"square\"");
  CHECK(path_of_extra(*set) == "res/x");
}

TEST_CASE("subgraph: a word that is given to it is no path") {
  std::string stage = kStage;
  const auto replace = [&](const std::string& what, const std::string& by) { stage.replace(stage.find(what), what.size(), by); };
  replace(R"("parameters": {)", R"("parameters": {"how": {"type": "enum", "choices": ["linear", "square"], "default": "linear"}, )");
  replace(R"("factor": "${f}")", R"("factor": "${f}", "mode": "${how}")");
  const Folder folder(stage);
  const auto mode_with = [&](const std::string& params) {
    const auto graph = folder.graph(
        main_graph(R"("s": {"type": "graph:stages/s.json", "inputs": {"volumes": "a.volume"}, "params": {)" + params + "}}"));
    return to_string(*param(*graph, "s/scale", "mode").constant);
  };
  CHECK(mode_with("") == "\"linear\"");
  CHECK(mode_with(R"("how": "square")") == "\"square\"");
}

TEST_CASE("subgraph: faults at its ports and parameters stand where the node is written") {
  const Folder folder(kStage);
  CHECK(folder.faults(main_graph(R"("s": {"type": "graph:stages/s.json"})")) ==
        "g.json:4:3: error: node 's': input 'volumes' is not connected; the graph 'stages/s.json' needs an edge that gives "
        "flowrun.volume/1");
  CHECK(folder.faults(main_graph(
            R"("s": {"type": "graph:stages/s.json", "inputs": {"volumes": "a.volume", "mask": "b.volume", "voxel": "a.volume"},
    "params": {"f": 6, "g": 1}, "run": {"device": "cpu"}})")) ==
        "g.json:4:82: error: node 's': input 'mask' takes flowrun.mask/1, but 'b.volume' gives flowrun.volume/1\n"
        "g.json:4:94: error: node 's': the graph 'stages/s.json' has no input 'voxel'; expected one of 'volumes', 'mask'\n"
        "g.json:5:21: error: node 's', parameter 'f': expected at most 5, found 6\n"
        "g.json:5:24: error: node 's': the graph 'stages/s.json' has no parameter 'g'; expected one of 'f', 'file'\n"
        "g.json:5:40: error: node 's', run: a subgraph is not run itself; write 'run' at the nodes in it");
}

TEST_CASE("subgraph: an unknown output names what it has") {
  const Folder folder(kStage);
  std::string text = main_graph(R"("s": {"type": "graph:stages/s.json", "inputs": {"volumes": "a.volume"}})");
  text.replace(text.find("s.volume\""), 9, "s.volum\"");
  CHECK(folder.faults(text) ==
        "g.json:5:49: error: node 'w', input 'volume': node 's' (the graph 'stages/s.json') has no output 'volum'; did you mean "
        "'volume'?");
}

TEST_CASE("subgraph: a list of edges or an optional input does not fit where one edge is needed") {
  const Folder folder(R"({"format": 1,
 "inputs": {"many": {"type": "flowrun.volume/1", "variadic": true}, "maybe": {"type": "flowrun.volume/1", "required": false}},
 "nodes": {
  "x": {"type": "t.scale", "inputs": {"volume": "many"}},
  "y": {"type": "t.sum", "inputs": {"volumes": ["x.volume", "z.volume"]}},
  "z": {"type": "t.scale", "inputs": {"volume": "maybe"}}
 }, "outputs": {"volume": "y.volume"}})");
  CHECK(folder.faults(main_graph(R"("s": {"type": "graph:stages/s.json", "inputs": {"many": ["a.volume", "b.volume"]}})")) ==
        "stages/s.json:4:49: error: node 's/x': input 'volume' takes one edge, but the graph's input 'many' is a list of edges\n"
        "stages/s.json:6:49: error: node 's/z': input 'volume' is required, but nothing is connected to the graph's optional "
        "input 'maybe'");
}

TEST_CASE("subgraph: an output that passes on a list of edges does not fit where one edge is needed") {
  const Folder folder(R"({"format": 1, "inputs": {"many": {"type": "flowrun.volume/1", "variadic": true}},
 "nodes": {"x": {"type": "t.sum", "inputs": {"volumes": "many"}}}, "outputs": {"volume": "many"}})");
  CHECK(folder.faults(main_graph(R"("s": {"type": "graph:stages/s.json", "inputs": {"many": ["a.volume", "b.volume"]}})"))
            .find("g.json:5:49: error: node 'w': input 'volume' takes one edge, but 's.volume' is a list of edges") !=
        std::string::npos);
}

TEST_CASE("subgraph: a cycle through it is spelled out; an input handed through in a circle ends") {
  const Folder folder(kStage);
  CHECK(folder.faults(
            main_graph(R"("s": {"type": "graph:stages/s.json", "inputs": {"volumes": ["a.volume", "b.volume", "s.volume"]}})")) ==
        "stages/s.json:5:51: error: nodes wait for each other in a circle: s/sum -> s/scale -> s/sum; take one of these edges "
        "away");
  const Folder through(R"({"format": 1, "inputs": {"v": {"type": "flowrun.volume/1"}},
 "nodes": {"x": {"type": "t.write", "inputs": {"volume": "v"}, "params": {"path": "${out}/q"}}}, "outputs": {"volume": "v"}})");
  CHECK(through.faults(main_graph(R"("s": {"type": "graph:stages/s.json", "inputs": {"v": "s.volume"}})")) ==
        "g.json:5:49: error: the edge leads through subgraphs without end; their inputs and outputs are connected in a circle\n"
        "stages/s.json:2:58: error: the edge leads through subgraphs without end; their inputs and outputs are connected in a "
        "circle");
}

TEST_CASE("subgraph: graphs within graphs that grow without bound are refused") {
  const Folder folder(R"({"format": 1, "nodes": {"x": {"type": "t.read", "params": {"path": "${out}/x"}}}})");
  std::string inner = "s.json";
  for (int level = 0; level < 16; ++level) {
    const std::string name = "level" + std::to_string(level) + ".json";
    std::ofstream(folder.path / "stages" / name)
        << R"({"format": 1, "nodes": {"a": {"type": "graph:)" << inner << R"("}, "b": {"type": "graph:)" << inner << R"("}}})";
    inner = name;
  }
  const std::string text = R"({"format": 1, "nodes": {"s": {"type": "graph:stages/)" + inner + R"("}}})";
  CHECK(folder.faults(text).find(
            "g.json: error: with its subgraphs the graph has more than 10000 nodes, which is not accepted") == 0);
}

TEST_CASE("subgraph: a value that doubles from graph to graph is refused before it fills the memory") {
  const Folder folder(kStage);
  constexpr int kLevels = 30;  // 2^30 times "ab" without a limit
  for (int level = 0; level < kLevels; ++level) {
    const std::string inner = "\"graph:" + std::to_string(level + 1) + ".json\", \"params\": {\"t\": \"${t}${t}\"}";
    std::ofstream(folder.path / "stages" / (std::to_string(level) + ".json"))
        << R"({"format": 1, "parameters": {"t": {"type": "string", "default": "ab"}}, "nodes": {"n": {"type": )"
        << (level + 1 < kLevels ? inner : R"("t.read", "params": {"path": "${t}"})") << "}}}";
  }
  const std::string text = folder.faults(R"({"format": 1, "nodes": {"s": {"type": "graph:stages/0.json"}}})");
  INFO(text.substr(0, 2000));
  CHECK(text.find("parameter 't': with the values of its ${names} this text takes more than 64 KiB, which is not accepted") !=
        std::string::npos);
  CHECK(text.size() < 100'000);
}

TEST_CASE("subgraph: a long value is refused, alone or as a list") {
  const auto faults = [](const std::string& value) {
    return faults_of(R"({"format": 1, "parameters": {"v": {"type": ")" + value +
                     R"(}}, "nodes": {"r": {"type": "t.read", "params": {"path": "a"}}}})");
  };
  std::string list = "1";
  for (int i = 0; i < 9000; ++i) list += ",1";
  CHECK(faults("string\", \"default\": \"" + std::string(70'000, 'x') + "\"").find("takes more than 64 KiB") !=
        std::string::npos);
  CHECK(faults("integers\", \"default\": [" + list + "]").find("takes more than 64 KiB") != std::string::npos);
}

}  // namespace
}  // namespace flowrun::testing
