#include <doctest/doctest.h>

#include "fake_types.h"

namespace flowrun::testing {
namespace {

const WrongGraph kWrong[] = {
    {"the wrong payload",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "b": {"type": "t.scale", "inputs": {"volume": "p.voxels"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:5:49: error: node 'b': input 'volume' takes flowrun.volume/1, but 'p.voxels' gives flowrun.voxel_list/1)j"},
    {"a list where one edge is taken",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": ["a.volume", "a.volume"]}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:39: error: node 'b': input 'volume' takes one edge, found a list of 2)j"},
    {"an empty list",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.sum", "inputs": {"volumes": []}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:37: error: node 'b': input 'volumes' needs at least one edge, found an empty list)j"},
    {"a cycle of three",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.sum", "inputs": {"volumes": ["a.volume", "d.volume"]}},
  "c": {"type": "t.scale", "inputs": {"volume": "b.volume"}},
  "d": {"type": "t.scale", "inputs": {"volume": "c.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "d.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:61: error: nodes wait for each other in a circle: b -> c -> d -> b; take one of these edges away)j"},
    {"a node that feeds itself",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.sum", "inputs": {"volumes": ["a.volume", "b.volume"]}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:61: error: nodes wait for each other in a circle: b -> b; take one of these edges away)j"},
    {"two cycles",
     R"j({"format": 1,
 "nodes": {
  "b": {"type": "t.scale", "inputs": {"volume": "c.volume"}},
  "c": {"type": "t.scale", "inputs": {"volume": "b.volume"}},
  "d": {"type": "t.scale", "inputs": {"volume": "e.volume"}},
  "e": {"type": "t.scale", "inputs": {"volume": "d.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:3:49: error: nodes wait for each other in a circle: b -> c -> b; take one of these edges away
g.json:5:49: error: nodes wait for each other in a circle: d -> e -> d; take one of these edges away)j"},
    {"chunks where an item of the case is taken",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "n": {"type": "t.net", "inputs": {"patches": "c.patches"}},
  "q": {"type": "t.pair", "inputs": {"a": "n.scores", "b": "n.scores"}},
  "s": {"type": "t.gather", "inputs": {"scores": "q.scores", "voxels": "v.voxels"}},
  "v": {"type": "t.chunk_voxels", "inputs": {"patches": "c.patches"}},
  "w": {"type": "t.write", "inputs": {"volume": "s.map"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:8:72: error: node 's': input 'voxels' takes one item for each case, but 'v.voxels' gives a stream of chunks of each case; put a node between them whose input collects)j"},
    {"a stream cut again in each chunk",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "e": {"type": "t.recut", "inputs": {"patches": "c.patches"}},
  "n": {"type": "t.net", "inputs": {"patches": "e.patches"}},
  "s": {"type": "t.gather", "inputs": {"scores": "n.scores", "voxels": "p.voxels"}},
  "w": {"type": "t.write", "inputs": {"volume": "s.map"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:6:3: error: node 'e': output 'patches' is a stream, which only a node that fires once for each case can give, but this one fires once for each chunk of a case)j"},
    {"chunks of two streams",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "c2": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "n": {"type": "t.net", "inputs": {"patches": "c.patches"}},
  "n2": {"type": "t.net", "inputs": {"patches": "c2.patches"}},
  "q": {"type": "t.pair", "inputs": {"a": "n.scores", "b": "n2.scores"}},
  "s": {"type": "t.gather", "inputs": {"scores": "q.scores", "voxels": "p.voxels"}},
  "w": {"type": "t.write", "inputs": {"volume": "s.map"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:9:60: error: node 'q': input 'b' takes chunks of the stream of 'c2', but input 'a' takes chunks of the stream of 'c'; chunks of two streams do not fit together)j"},
    {"items of cases where chunks are collected",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "s": {"type": "t.gather", "inputs": {"scores": "k.scores", "voxels": "p.voxels"}},
  "k": {"type": "t.case_scores", "inputs": {"volume": "a.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "s.map"}, "params": {"path": "${out}/${case}.nii"}},
  "n": {"type": "t.net", "inputs": {"patches": "c.patches"}}
}})j",
     R"j(g.json:6:50: error: node 's': input 'scores' collects the chunks of a case, but 'k.scores' gives one item for each case)j"},
    {"chunks where cases are collected",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "m": {"type": "t.chunk_volume", "inputs": {"patches": "c.patches"}},
  "x": {"type": "t.table", "inputs": {"rows": "m.volume"}}
}})j",
     R"j(g.json:7:47: error: node 'x': input 'rows' collects the items of all cases, but 'm.volume' gives a stream of chunks of each case)j"},
    {"a case value in a node that fires once for the run",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "x": {"type": "t.table", "inputs": {"rows": "a.volume"}, "params": {"path": "${out}/${case}.csv"}}
}})j",
     R"j(g.json:4:79: error: node 'x', parameter 'path': the node fires once for the run; it cannot use ${case}, which differs from case to case)j"},
    {"an item of the run in a case",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "x": {"type": "t.table", "inputs": {"rows": "a.volume"}},
  "y": {"type": "t.use_table", "inputs": {"volume": "a.volume", "table": "x.table"}}
}})j",
     R"j(g.json:5:74: error: node 'y': input 'table' takes 'x.table', which is there only when all cases have ended, but the node fires once for each case)j"},
    {"outputs that nobody reads",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}},
  "w": {"type": "t.write", "inputs": {"volume": "a.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:3: warning: node 'b': its outputs are unconnected, so its work is lost)j"},
};

TEST_CASE("validate: reports edges, cycles and scopes that cannot be, each with its place") {
  for (const WrongGraph& wrong : kWrong) {
    CAPTURE(wrong.what);
    CHECK(faults_of(wrong.text) == wrong.faults);
  }
}

}  // namespace
}  // namespace flowrun::testing
