#include <doctest/doctest.h>

#include "fake_types.h"

namespace flowrun::testing {
namespace {

const WrongGraph kWrong[] = {
    {"an unknown node type with a near name",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scal", "inputs": {"volume": "a.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:17: error: node 'b': node type 't.scal' is not known; did you mean 't.scale'?)j"},
    {"an unknown node type of a known plugin",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.blur_edges", "inputs": {"volume": "a.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:17: error: node 'b': node type 't.blur_edges' is not known; expected one of 't.case_scores', 't.chunk_volume', 't.chunk_voxels', 't.cut', 't.gather', 't.net', 't.pair', 't.pick', 't.read', 't.recut', 't.scale', 't.sum', 't.table', 't.use_table', 't.write')j"},
    {"an unknown plugin",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "filters.blur", "inputs": {"volume": "a.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:17: error: node 'b': node type 'filters.blur' is not known; no plugin 'filters' was found where plugins are looked for)j"},
    {"an unknown node in an edge",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "aa.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:49: error: node 'b', input 'volume': there is no node 'aa'; did you mean 'a'?)j"},
    {"an unknown output",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volum"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:49: error: node 'b', input 'volume': node 'a' (t.read) has no output 'volum'; did you mean 'volume'?)j"},
    {"an output of a node that has none",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "w": {"type": "t.write", "inputs": {"volume": "a.volume"}, "params": {"path": "${out}/${case}.nii"}},
  "b": {"type": "t.scale", "inputs": {"volume": "w.volume"}},
  "w2": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}2.nii"}}
}})j",
     R"j(g.json:5:49: error: node 'b', input 'volume': node 'w' (t.write) has no output 'volume'; it has none)j"},
    {"an unknown input",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume", "maks": "a.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:61: error: node 'b': t.scale has no input 'maks'; did you mean 'mask'?)j"},
    {"an input of a node that has none",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.read", "inputs": {"volume": "a.volume"}, "params": {"path": "${out}/b"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:38: error: node 'b': t.read has no input 'volume'; it has none)j"},
    {"a missing input",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale"},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:3: error: node 'b': input 'volume' is not connected; t.scale needs an edge that gives flowrun.volume/1)j"},
    {"a bare name outside a subgraph",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:49: error: node 'b', input 'volume': the graph has no packet input 'volume')j"},
    {"a bare name that is a node",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:49: error: node 'b', input 'volume': the graph has no packet input 'a'; an edge names a node and its output: "a.<output>")j"},
    {"a bare name that is a value of each case",
     R"j({"format": 1,
"inputs": {"image": {"type": "path"}, "age": {"type": "integer"}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${image}"}},
  "b": {"type": "t.scale", "inputs": {"volume": "image"}, "params": {"seed": "${age}"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:5:49: error: node 'b', input 'volume': the graph has no packet input 'image'; 'image' is a value of each case, which a node takes as a parameter: "${image}")j"},
    {"an unknown parameter",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"faktor": 2}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:73: error: node 'b': t.scale has no parameter 'faktor'; did you mean 'factor'?)j"},
    {"a parameter of a type that has none",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}, "params": {"above": 1}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "n": {"type": "t.net", "inputs": {"patches": "c.patches"}},
  "s": {"type": "t.gather", "inputs": {"scores": "n.scores", "voxels": "p.voxels"}},
  "w": {"type": "t.write", "inputs": {"volume": "s.map"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:72: error: node 'p': t.pick has no parameter 'above')j"},
    {"a missing parameter",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read"},
  "w": {"type": "t.write", "inputs": {"volume": "a.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:3:3: error: node 'a', parameter 'path' is missing; t.read needs a path (file to read))j"},
    {"an unknown ${name}",
     R"j({"format": 1,
 "parameters": {"factor": {"type": "number", "default": 2}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": "${faktor}"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:5:83: error: node 'b', parameter 'factor': '${faktor}' is not known in this graph; did you mean 'factor'?)j"},
    {"a plugin that is not there",
     R"j({"format": 1,
 "requires": {"filters": ">=1.0"},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "w": {"type": "t.write", "inputs": {"volume": "a.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:2:26: error: plugin 'filters': it is required, but cannot be had; no plugin 'filters' was found where plugins are looked for)j"},
    {"a version that is none",
     R"j({"format": 1,
 "requires": {"t": "new"},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "w": {"type": "t.write", "inputs": {"volume": "a.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:2:20: error: plugin 't': expected a version such as ">=1.0" or ">=1.0, <2", found "new")j"},
    {"packet inputs in the main graph",
     R"j({"format": 1,
 "inputs": {"volume": {"type": "flowrun.volume/1"}},
 "nodes": {
  "b": {"type": "t.scale", "inputs": {"volume": "volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:2:13: error: the graph takes packets at its input 'volume', so it can only be used inside another graph, as a node of type "graph:g.json")j"},
    {"several faults at once",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.red"},
  "b": {"type": "t.scale", "inputs": {"volume": "x.volume"}, "params": {"factor": 11, "mode": 3}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volum"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:3:17: error: node 'a': node type 't.red' is not known; did you mean 't.read'?
g.json:4:49: error: node 'b', input 'volume': there is no node 'x'
g.json:4:83: error: node 'b', parameter 'factor': expected 0 to 10 sd, found 11
g.json:4:95: error: node 'b', parameter 'mode': expected one of 'linear', 'square', found 3
g.json:5:49: error: node 'w', input 'volume': node 'b' (t.scale) has no output 'volum'; did you mean 'volume'?)j"},
};

TEST_CASE("validate: reports wrong names and missing parts, each with its place") {
  for (const WrongGraph& wrong : kWrong) {
    CAPTURE(wrong.what);
    CHECK(faults_of(wrong.text) == wrong.faults);
  }
}

}  // namespace

std::span<const WrongGraph> wrong_names() { return kWrong; }

}  // namespace flowrun::testing
