#include <doctest/doctest.h>

#include "fake_types.h"

namespace flowrun::testing {
namespace {

const char* const kCascade = R"({"format": 1, "name": "cascade", "nodes": {
  "write": {"type": "t.write", "inputs": {"volume": "sum.volume"}, "params": {"path": "${out}/${case}.nii"}},
  "table": {"type": "t.table", "inputs": {"rows": "sum.volume"}, "params": {"path": "${out}/all.csv"}},
  "sum": {"type": "t.sum", "inputs": {"volumes": ["map2.map", "map1.map"]}},
  "map1": {"type": "t.gather", "inputs": {"scores": "net1.scores", "voxels": "pick.voxels"}},
  "map2": {"type": "t.gather", "inputs": {"scores": "both.scores", "voxels": "pick.voxels"}},
  "both": {"type": "t.pair", "inputs": {"b": "net2.scores", "a": "net1.scores"}},
  "net1": {"type": "t.net", "inputs": {"patches": "cut.patches"}, "run": {"device": "cuda:1", "concurrency": 3}},
  "net2": {"type": "t.net", "inputs": {"patches": "cut.patches"}, "run": {"on_error": "continue"}},
  "cut": {"type": "t.cut", "inputs": {"volumes": ["read.volume", "read.volume"], "voxels": "pick.voxels"}, "run": {"chunks_in_flight": 3}},
  "pick": {"type": "t.pick", "inputs": {"volume": "read.volume"}},
  "read": {"type": "t.read", "params": {"path": "${out}/a.nii"}}
}})";

TEST_CASE("validate: nodes stand behind what they read, else in the file's order") {
  const auto graph = valid(kCascade);
  std::string order;
  for (const ValidatedNode& one : graph->nodes) order += one.id + " ";
  CHECK(order == "read pick cut net1 map1 net2 both map2 sum write table ");
}

TEST_CASE("validate: a stream's readers fire for each chunk, what collects it for each case, what collects cases for the run") {
  const auto graph = valid(kCascade);
  const auto scope = [&](const char* id) { return node(*graph, id).scope; };
  CHECK(scope("read") == Scope::per_case);
  CHECK(scope("cut") == Scope::per_case);
  CHECK(scope("net1") == Scope::chunk);
  CHECK(scope("both") == Scope::chunk);
  CHECK(scope("map2") == Scope::per_case);
  CHECK(scope("write") == Scope::per_case);
  CHECK(scope("table") == Scope::run);
  CHECK(graph->nodes[*node(*graph, "both").stream_origin].id == "cut");
  CHECK_FALSE(node(*graph, "cut").stream_origin);
  CHECK_FALSE(node(*graph, "map2").stream_origin);
  CHECK(node(*graph, "map2").slots[0].scope == Scope::chunk);
  CHECK(node(*graph, "map2").slots[1].scope == Scope::per_case);
}

TEST_CASE("validate: slots are sorted by port and keep the order of a list; consumers point back at them") {
  const auto graph = valid(kCascade);
  const ValidatedNode& sum = node(*graph, "sum");
  REQUIRE(sum.slots.size() == 2);
  CHECK(graph->nodes[sum.slots[0].source.node].id == "map2");
  CHECK(graph->nodes[sum.slots[1].source.node].id == "map1");
  const ValidatedNode& both = node(*graph, "both");
  CHECK(both.slots[0].port == 0);
  CHECK(graph->nodes[both.slots[0].source.node].id == "net1");
  const auto& readers = graph->consumers[0][0];  // of read.volume: pick, and cut twice
  REQUIRE(readers.size() == 3);
  CHECK(graph->nodes[readers[2].node].id == "cut");
  CHECK(readers[2].slot == 1);
  CHECK(node(*graph, "read").output_used[0]);
  CHECK_FALSE(node(*graph, "table").output_used[0]);
}

TEST_CASE("validate: run options reach the nodes, and types that are not concurrent fire one at a time") {
  const auto graph = valid(kCascade);
  CHECK(node(*graph, "net1").device == "cuda:1");
  CHECK(node(*graph, "net1").concurrency == 3);
  CHECK(node(*graph, "net1").stop_case_on_error);
  CHECK(node(*graph, "net2").concurrency == 0);
  CHECK_FALSE(node(*graph, "net2").stop_case_on_error);
  CHECK(node(*graph, "sum").concurrency == 1);
  CHECK(node(*graph, "cut").chunks_in_flight == 3);
}

}  // namespace
}  // namespace flowrun::testing
