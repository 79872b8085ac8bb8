#include <doctest/doctest.h>

#include <set>

#include "support/fault_lines.h"
#include "flowrun/host/graph_form.h"
#include "support/json_schema.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

struct WrongText {
  const char* what;
  const char* text;
  const char* faults;
};

const WrongText kWrong[] = {
    {"no object", R"j([1, 2])j", R"j(g.json:1:1: error: expected an object { }, found a list)j"},
    {"no format", R"j({"nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:1: error: the graph does not say its format; add "format": 1)j"},
    {"a newer format", R"j({"format": 2, "steps": [], "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:12: error: the graph has format 2, and this flowrun reads format 1; run it with a newer flowrun)j"},
    {"a format that is no number", R"j({"format": "1", "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:12: error: 'format' takes 1, found "1")j"},
    {"no nodes", R"j({"format": 1})j", R"j(g.json:1:1: error: the graph has no nodes)j"},
    {"an unknown key", R"j({"format": 1, "node": {}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:15: error: 'node' has no meaning here; did you mean 'nodes'?)j"},
    {"an unknown key of a node", R"j({"format": 1, "nodes": {"a": {"type": "t.read", "param": {}}}})j",
     R"j(g.json:1:49: error: node 'a': 'param' has no meaning here; did you mean 'params'?)j"},
    {"an unknown key of run", R"j({"format": 1, "nodes": {"a": {"type": "t.read", "run": {"devise": "cpu"}}}})j",
     R"j(g.json:1:57: error: node 'a', run: 'devise' has no meaning here; did you mean 'device'?)j"},
    {"a node that is no object", R"j({"format": 1, "nodes": {"a": "t.read"}})j",
     R"j(g.json:1:30: error: node 'a': expected an object { }, found "t.read")j"},
    {"a node without a type", R"j({"format": 1, "nodes": {"a": {}}})j",
     R"j(g.json:1:25: error: node 'a': 'type' is missing; expected the name of a node type, or "graph:<file>")j"},
    {"a type that is no text", R"j({"format": 1, "nodes": {"a": {"type": 3}}})j",
     R"j(g.json:1:39: error: node 'a': 'type' takes text, found 3)j"},
    {"a name that no node can have", R"j({"format": 1, "nodes": {"a.b": {"type": "t.read"}}})j",
     R"j(g.json:1:25: error: node 'a.b': a node's name contains letters, digits, '_' and '-' only, and starts with a letter or '_')j"},
    {"an edge that is no text", R"j({"format": 1, "nodes": {"a": {"type": "t.read", "inputs": {"v": 3}}}})j",
     R"j(g.json:1:65: error: node 'a', input 'v': expected "node.port", found 3)j"},
    {"an edge with two dots", R"j({"format": 1, "nodes": {"a": {"type": "t.read", "inputs": {"v": ["b.v", "b.v.w"]}}}})j",
     R"j(g.json:1:73: error: node 'a', input 'v': expected "node.port", found "b.v.w")j"},
    {"a parameter that is an object", R"j({"format": 1, "nodes": {"a": {"type": "t.read", "params": {"p": {"x": 1}}}}})j",
     R"j(g.json:1:65: error: node 'a', parameter 'p': expected a plain value, a list, or {"number": "node.port"} for what another node finds)j"},
    {"a concurrency of zero", R"j({"format": 1, "nodes": {"a": {"type": "t.read", "run": {"concurrency": 0}}}})j",
     R"j(g.json:1:72: error: node 'a', run: 'concurrency' takes a whole number of at least 1, found 0)j"},
    {"an on_error that is neither word",
     R"j({"format": 1, "nodes": {"a": {"type": "t.read", "run": {"on_error": "stopcase"}}}})j",
     R"j(g.json:1:69: error: node 'a', run: 'on_error' takes stop_case or continue, found 'stopcase'; did you mean 'stop_case'?)j"},
    {"a graph parameter without a type",
     R"j({"format": 1, "parameters": {"p": {"default": 1}}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:30: error: parameter 'p': 'type' is missing; expected boolean, integer, number, string, path, enum, integers, numbers or strings)j"},
    {"a graph parameter of an unknown type",
     R"j({"format": 1, "parameters": {"p": {"type": "nubmer"}}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:44: error: parameter 'p': 'type' takes boolean, integer, number, string, path, enum, integers, numbers or strings, found "nubmer"; did you mean 'number'?)j"},
    {"a default that is an object",
     R"j({"format": 1, "parameters": {"p": {"type": "number", "default": {}}}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:65: error: parameter 'p': 'default' takes a plain value or a list of values of one kind, found an object)j"},
    {"an enum without words", R"j({"format": 1, "parameters": {"p": {"type": "enum"}}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:30: error: parameter 'p': an enum lists its words as "choices": [...])j"},
    {"a name that is taken", R"j({"format": 1, "parameters": {"case": {"type": "string"}}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:30: error: parameter 'case': this name is taken: ${case} already stands for the case's name)j"},
    {"an input with the name of a parameter",
     R"j({"format": 1, "parameters": {"p": {"type": "number", "default": 1}}, "inputs": {"p": {"type": "path"}}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:81: error: graph input 'p': a parameter of the graph already has this name; ${p} could mean either)j"},
    {"an input of an unknown type", R"j({"format": 1, "inputs": {"p": {"type": "pth"}}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:40: error: graph input 'p': expected boolean, integer, number, string, path, enum, integers, numbers or strings, or the name of a payload such as flowrun.volume/1; found "pth"; did you mean 'path'?)j"},
    {"an output without a source", R"j({"format": 1, "outputs": {"o": {"help": "x"}}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:27: error: graph output 'o': 'from' is missing; expected "node.port")j"},
    {"a version that is no text", R"j({"format": 1, "requires": {"io": 1.0}, "nodes": {"a": {"type": "t.read"}}})j",
     R"j(g.json:1:34: error: plugin 'io' in 'requires': expected a version such as ">=1.0", found 1.0)j"},
    {"a subgraph file that is not there", R"j({"format": 1, "nodes": {"a": {"type": "graph:stages/none.json"}}})j",
     R"j(g.json:1:39: error: node 'a': the graph file 'stages/none.json' does not exist (looked for stages/none.json))j"},
};

TEST_CASE("graph_spec: reports each fault of a graph file's form with its place") {
  for (const WrongText& wrong : kWrong) {
    CAPTURE(wrong.what);
    CHECK(form_faults(wrong.text) == wrong.faults);
  }
}

TEST_CASE("graph_schema: refuses every fault of a graph file's form, but for two parts that do not fit together" *
          doctest::test_suite("needs jsonschema")) {
  const std::set<std::string> beyond{"an input with the name of a parameter", "a subgraph file that is not there"};
  Registry types;
  types.add_type(
      {.name = "t.read", .inputs = {{"v", "flowrun.volume/1", "", false, true}}, .params = {{.name = "p", .default_value = 1.0}}},
      "t");
  std::vector<std::string> texts;
  for (const WrongText& wrong : kWrong) texts.emplace_back(wrong.text);
  const auto verdicts = schema_verdicts(graph_schema(types), texts);
  if (!verdicts) return flowrun::testing::could_not_run(kNoJsonschema);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(std::string(kWrong[i].what));
    CAPTURE((*verdicts)[i]);
    CHECK(((*verdicts)[i] == "ok") == (beyond.count(kWrong[i].what) == 1));
  }
}

}  // namespace
}  // namespace flowrun::testing
