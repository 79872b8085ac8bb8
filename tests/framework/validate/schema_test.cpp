// The JSON Schema of graphs against the graphs of the other tests, by an independent validator.
#include <doctest/doctest.h>

#include <set>

#include "fake_types.h"
#include "flowrun/host/graph_form.h"
#include "support/json_schema.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

/// Faults that lie between two places of a graph, or outside of it, where no schema looks.
const std::set<std::string> kBeyondSchemas{
    "an unknown node in an edge",
    "an unknown output",
    "an output of a node that has none",
    "a bare name outside a subgraph",
    "a bare name that is a node",
    "a bare name that is a value of each case",
    "an unknown ${name}",
    "packet inputs in the main graph",
    "a case value in a parameter that is read once",
    "a case value in a list",
    "a case value of the wrong type",
    "a graph parameter of the wrong type",
    "a graph parameter that is a list inside a text",
    "a default that its own description forbids",
    "a parameter without a value",
    "a file that is not there",
    "a parameter and an input that nothing uses",
};

void check_all_refused(std::span<const WrongGraph> graphs) {
  std::vector<std::string> texts;
  for (const WrongGraph& graph : graphs) texts.emplace_back(graph.text);
  const auto verdicts = schema_verdicts(graph_schema(fake_types()), texts);
  if (!verdicts) return flowrun::testing::could_not_run(kNoJsonschema);
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    CAPTURE(std::string(graphs[i].what));
    CAPTURE((*verdicts)[i]);
    CHECK(((*verdicts)[i] == "ok") == (kBeyondSchemas.count(graphs[i].what) == 1));
  }
}

TEST_CASE("graph_schema: refuses what the validator refuses, but for faults between two places" *
          doctest::test_suite("needs jsonschema")) {
  check_all_refused(wrong_names());
  check_all_refused(wrong_values());
}

TEST_CASE("graph_schema: accepts every way in which a right graph can be written" * doctest::test_suite("needs jsonschema")) {
  const auto verdicts = schema_verdicts(
      graph_schema(fake_types()),
      {
          R"j({"format": 1, "$schema": "s.json", "x-note": [1], "requires": {"t": ">=1.0, <2"}, "nodes": {"x-note": {"type": "t.read",
           "params": {"path": "a"}, "x-y": {}, "run": {"x-z": 1, "device": "auto", "concurrency": 1, "on_error": "continue"}}}})j",
          R"j({"format": 1, "parameters": {"f": {"type": "number", "default": 2, "min": 0, "max": 3, "unit": "sd", "help": "F"},
           "n": {"type": "integers", "length": 3, "default": [1, 1, 1]}, "m": {"type": "enum", "choices": ["linear"], "default": "linear"},
           "s": {"type": "string"}, "t": {"type": "strings", "default": []}, "b": {"type": "boolean", "default": false}},
           "inputs": {"age": {"type": "integer"}},
           "nodes": {"a": {"type": "t.read", "params": {"path": "${out}/${case}_$${x}.nii"}},
           "b": {"type": "t.scale", "inputs": {"volume": "a.volume"},
                 "params": {"factor": "${f}", "size": "${n}", "mode": "${m}", "exact": "${b}", "steps": 2.0, "seed": "${age}",
                            "label": "a ${case} and $${case}"}},
           "c": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"size": [1, "${s}", 1], "steps": "${f}"}}}})j",
          R"j({"format": 1, "inputs": {"maps": {"type": "flowrun.volume/1", "variadic": true, "required": false, "help": "M"},
           "mine": {"type": "my.payload/3"}},
           "nodes": {"s": {"type": "t.sum", "inputs": {"volumes": "maps"}}, "u": {"type": "t.sum", "inputs": {"volumes": ["maps", "s.volume"]}},
           "g": {"type": "graph:stages/a.json", "inputs": {"a": "s.volume", "b": ["s.volume"]}, "params": {"p": [1, "x"], "q": true}},
           "t": {"type": "t.cut", "inputs": {"volumes": ["s.volume"], "voxels": "g.voxels"}, "run": {"chunks_in_flight": 3}},
           "n": {"type": "t.net", "inputs": {"patches": "t.patches"}, "run": {"device": "cuda:1", "concurrency": 4}}},
           "outputs": {"a": "s.volume", "b": {"from": "u.volume", "help": "B", "x-c": 0}}})j",
      });
  if (!verdicts) return flowrun::testing::could_not_run(kNoJsonschema);
  for (const std::string& verdict : *verdicts) CHECK(verdict == "ok");
}

TEST_CASE("graph_schema: names of files in a BIDS data set, of inputs and of written files" *
          doctest::test_suite("needs jsonschema")) {
  const auto graph = [](const std::string& input, const std::string& node, const std::string& more = "") {
    return R"j({"format": 1, "inputs": {"i": {"type": "path", "bids": )j" + input + R"j(}}, "nodes": {"a": {"type": "t.write",
             "inputs": {"volume": "a.v"}, "params": {"path": "p"}, "bids": )j" +
           node + "}" + more + "}}";
  };
  const std::string read = R"j({"suffix": "T1w", "acq": "fast", "run": 2, "ce": null, "datatype": "anat", "x-a": 1})j";
  const std::string written = R"j({"path": {"suffix": "mask", "desc": "lesions", "run": 1}})j";
  const std::vector<std::string> wrong{
      graph(R"j({"sufix": "FLAIR"})j", "{}"),
      graph(R"j({"suffix": "FLAIR", "datatype": "anatomy"})j", "{}"),
      graph(R"j({"suffix": "T1_w"})j", "{}"),
      graph(R"j({"suffix": "T1w", "acq": "a-b"})j", "{}"),
      graph(R"j({"suffix": "T1w", "run": -1})j", "{}"),
      graph(R"j({"suffix": "T1w", "ses": "1"})j", "{}"),
      graph("3", "{}"),
      graph(read, R"j({"path": {"suffix": "mask", "desc": null}})j"),
      graph(read, R"j({"file": {"suffix": "mask"}})j"),
      graph(read, "{}", R"j(, "g": {"type": "graph:a.json", "bids": {"path": {"suffix": "mask"}}})j"),
      R"j({"format": 1, "inputs": {"n": {"type": "number", "bids": {"suffix": "x"}}}, "nodes": {"a": {"type": "t.recut", "inputs": {"patches": "a.b"}}}})j",
      R"j({"format": 1, "parameters": {"n": {"type": "path", "bids": {"suffix": "x"}}}, "nodes": {"a": {"type": "t.recut", "inputs": {"patches": "a.b"}}}})j",
  };
  std::vector<std::string> texts{graph(read, written), graph(read, "{}", R"j(, "g": {"type": "graph:a.json", "bids": {}})j")};
  texts.insert(texts.end(), wrong.begin(), wrong.end());
  const auto verdicts = schema_verdicts(graph_schema(fake_types()), texts);
  if (!verdicts) return flowrun::testing::could_not_run(kNoJsonschema);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(texts[i]);
    CAPTURE((*verdicts)[i]);
    CHECK(((*verdicts)[i] == "ok") == (i < 2));
  }
}

TEST_CASE("graph_schema: holds what an editor shows: help, unit, range, default and outputs") {
  const std::string schema = graph_schema(fake_types());
  for (const char* part :
       {R"j("description": "Number in sd, 0 to 10; default 1.")j", R"j("default": 1)j", R"j("minimum": 0)j", R"j("maximum": 10)j",
        R"j("enum": ["linear", "square"])j", R"j("description": "file to read. Path; required.")j", R"j("minItems": 3,)j",
        R"j(Outputs:\npatches (flowrun.patch_batch/1, a stream of chunks))j",
        R"j("description": "One or more edges of flowrun.volume/1.")j"})
    CHECK_MESSAGE(schema.find(part) != std::string::npos, std::string(part));
}

TEST_CASE("graph_schema: a registry without node types gives a schema that knows subgraphs only" *
          doctest::test_suite("needs jsonschema")) {
  const auto verdicts = schema_verdicts(graph_schema(Registry()), {R"j({"format": 1, "nodes": {"a": {"type": "graph:a.json"}}})j",
                                                                   R"j({"format": 1, "nodes": {"a": {"type": "t.read"}}})j"});
  if (!verdicts) return flowrun::testing::could_not_run(kNoJsonschema);
  CHECK(verdicts->front() == "ok");
  CHECK(verdicts->back() != "ok");
}

}  // namespace
}  // namespace flowrun::testing
