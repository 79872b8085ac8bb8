#include <doctest/doctest.h>

#include "fake_types.h"

namespace flowrun::testing {
namespace {

const WrongGraph kWrong[] = {
    {"a text for a number",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": "two"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:83: error: node 'b', parameter 'factor': expected a number, found "two")j"},
    {"a number for a text",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"label": 2}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:82: error: node 'b', parameter 'label': expected text, found 2)j"},
    {"a fraction for an integer",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"steps": 1.5}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:82: error: node 'b', parameter 'steps': expected an integer, found 1.5)j"},
    {"a number for true or false",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"exact": 1}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:82: error: node 'b', parameter 'exact': expected true or false, found 1)j"},
    {"a number above the range",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": 10.5}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:83: error: node 'b', parameter 'factor': expected 0 to 10 sd, found 10.5)j"},
    {"a number below the range",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": -1}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:83: error: node 'b', parameter 'factor': expected 0 to 10 sd, found -1)j"},
    {"an integer below its least value",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"steps": 0}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:82: error: node 'b', parameter 'steps': expected at least 1, found 0)j"},
    {"a word that is no choice",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"mode": "sqare"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:81: error: node 'b', parameter 'mode': expected one of 'linear', 'square', found "sqare"; did you mean 'square'?)j"},
    {"a list of the wrong length",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"size": [15, 15]}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:81: error: node 'b', parameter 'size': expected 3 integers, found [15, 15])j"},
    {"a list with a value out of range",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"size": [15, 0, 15]}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:81: error: node 'b', parameter 'size': expected at least 1, found [15, 0, 15])j"},
    {"a plain value for a list",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"size": 15}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:81: error: node 'b', parameter 'size': expected 3 integers, found 15)j"},
    {"a list for a plain value",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": [1, 2]}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:83: error: node 'b', parameter 'factor': expected a number, found [1, 2])j"},
    {"a list of different kinds",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"size": [15, "x", 15]}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:81: error: node 'b', parameter 'size': expected 3 integers, found a list of values of different kinds)j"},
    {"null",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": null}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:83: error: node 'b', parameter 'factor': expected a number, found null)j"},
    {"a ${ that is not closed",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"label": "${case"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:82: error: node 'b', parameter 'label': '${' is not closed by '}'; write '$${' for a plain '${')j"},
    {"a case value in a parameter that is read once",
     R"j({"format": 1,
"inputs": {"image": {"type": "path"}, "age": {"type": "integer"}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${image}"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"seed": "${age}", "steps": "${age}"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:5:100: error: node 'b', parameter 'steps' is read once, when the node is opened; it cannot use ${age}, which differs from case to case)j"},
    {"the output folder in a parameter that is read once",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "n": {"type": "t.net", "inputs": {"patches": "c.patches"}, "params": {"model": "${out}/m.pt"}},
  "s": {"type": "t.gather", "inputs": {"scores": "n.scores", "voxels": "p.voxels"}},
  "w": {"type": "t.write", "inputs": {"volume": "s.map"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:6:82: error: node 'n', parameter 'model' is read once, when the node is opened; it cannot use ${out}, which is known only when cases run)j"},
    {"a case value of the wrong type",
     R"j({"format": 1,
"inputs": {"image": {"type": "path"}, "age": {"type": "integer"}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${age}"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"seed": "${image}", "label": "x"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:46: error: node 'a', parameter 'path': expected a path, but ${age} is an integer
g.json:5:81: error: node 'b', parameter 'seed': expected an integer, but ${image} is a path)j"},
    {"a text with a case value for a number",
     R"j({"format": 1,
"inputs": {"image": {"type": "path"}, "age": {"type": "integer"}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${image}"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"seed": "1${age}", "label": "x"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:5:81: error: node 'b', parameter 'seed': expected an integer, found "1${age}")j"},
    {"a case value in a list",
     R"j({"format": 1,
"inputs": {"image": {"type": "path"}, "age": {"type": "integer"}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${image}"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"seed": "${age}", "size": ["${age}", 1, 1]}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:5:100: error: node 'b', parameter 'size': a list cannot hold ${age}, which is known only when cases run)j"},
    {"a graph parameter of the wrong type",
     R"j({"format": 1,
 "parameters": {"word": {"type": "string", "default": "x"}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": "${word}"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:5:83: error: node 'b', parameter 'factor': expected a number, found "x")j"},
    {"a graph parameter that is a list inside a text",
     R"j({"format": 1,
 "parameters": {"sizes": {"type": "integers", "default": [1, 2]}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": "${sizes}"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:5:83: error: node 'b', parameter 'factor': expected a number, found [1, 2])j"},
    {"a default that its own description forbids",
     R"j({"format": 1,
 "parameters": {"f": {"type": "number", "default": 5, "max": 3}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": "${f}"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:2:17: error: parameter 'f', default: expected at most 3, found 5)j"},
    {"a parameter without a value",
     R"j({"format": 1,
 "parameters": {"f": {"type": "number"}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "params": {"factor": "${f}"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:2:17: error: parameter 'f': it has no default, so it needs a value; give it with --set f=...)j"},
    {"a file that is not there",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "n": {"type": "t.net", "inputs": {"patches": "c.patches"}, "params": {"model": "models/m.pt"}},
  "s": {"type": "t.gather", "inputs": {"scores": "n.scores", "voxels": "p.voxels"}},
  "w": {"type": "t.write", "inputs": {"volume": "s.map"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:6:82: error: node 'n', parameter 'model': the file 'models/m.pt' does not exist)j"},
    {"a device that no machine has",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "p": {"type": "t.pick", "inputs": {"volume": "a.volume"}},
  "c": {"type": "t.cut", "inputs": {"volumes": ["a.volume"], "voxels": "p.voxels"}},
  "n": {"type": "t.net", "inputs": {"patches": "c.patches"}, "run": {"device": "gpu"}},
  "s": {"type": "t.gather", "inputs": {"scores": "n.scores", "voxels": "p.voxels"}},
  "w": {"type": "t.write", "inputs": {"volume": "s.map"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:6:80: error: node 'n', run: 'device' takes auto, cpu, cuda or cuda:<number>, found 'gpu')j"},
    {"a device that the type cannot use",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "run": {"device": "cuda:0"}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:69: error: node 'b', run: device 'cuda:0' is asked for, but t.scale runs on the CPU only)j"},
    {"a concurrency that the type cannot have",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "run": {"concurrency": 2}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:69: error: node 'b', run: a concurrency of 2 is asked for, but t.scale can do only one firing at a time)j"},
    {"chunks in flight of a node without a stream",
     R"j({"format": 1,
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "b": {"type": "t.scale", "inputs": {"volume": "a.volume"}, "run": {"chunks_in_flight": 2}},
  "w": {"type": "t.write", "inputs": {"volume": "b.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:4:69: error: node 'b', run: 'chunks_in_flight' is for a node that makes a stream, and t.scale makes none)j"},
    {"a parameter and an input that nothing uses",
     R"j({"format": 1,
 "parameters": {"f": {"type": "number", "default": 1}},
 "inputs": {"age": {"type": "integer"}},
 "nodes": {
  "a": {"type": "t.read", "params": {"path": "${out}/a"}},
  "w": {"type": "t.write", "inputs": {"volume": "a.volume"}, "params": {"path": "${out}/${case}.nii"}}
}})j",
     R"j(g.json:2:17: warning: parameter 'f': nothing in the graph uses it
g.json:3:13: warning: graph input 'age': nothing in the graph uses it)j"},
};

TEST_CASE("validate: reports values that do not fit, each with its place") {
  for (const WrongGraph& wrong : kWrong) {
    CAPTURE(wrong.what);
    CHECK(faults_of(wrong.text) == wrong.faults);
  }
}

}  // namespace

std::span<const WrongGraph> wrong_values() { return kWrong; }

}  // namespace flowrun::testing
