// On what nodes run in a case (`when`), numbers of other nodes as parameters, and core.first.
#include <doctest/doctest.h>

#include "flowrun_process.h"

using namespace flowrun::testing;

namespace {

const std::string kHead = R"({
  "format": 1,
  "parameters": {
    "denoise": { "type": "boolean", "default": false },
    "mode": { "type": "enum", "choices": ["fast", "exact"], "default": "fast" },
    "limit": { "type": "number", "default": 2 }
  },
  "inputs": { "value": { "type": "number" }, "extra": { "type": "number", "required": false } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "measure": { "type": "clitest.measure", "inputs": { "volume": "make.volume" } },
)";

/// A graph that writes the volume of "make" as ${case}.txt on a condition.
std::string with_when(const std::string& when) {
  return kHead + R"("write": { "type": "clitest.write", "when": )" + when +
         R"(, "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${case}.txt" } } } })";
}

struct Cases {
  TempFolder folder;
  Ended run(const std::string& graph, std::vector<std::string> more = {}) {
    folder.write("graph.json", graph);
    folder.write("cases.csv", "case,value,extra\na,1,5\nb,3,\n");
    std::vector<std::string> words{"run", "graph.json", "--cases", "cases.csv", "--out", "o"};
    words.insert(words.end(), more.begin(), more.end());
    return run_flowrun(folder, words);
  }
  /// Which of the two cases wrote: "ab", "a", "b" or "".
  std::string written(const std::string& when, const std::vector<std::string>& more = {}) {
    std::filesystem::remove_all(folder.path() / "o");
    const Ended ended = run(with_when(when), more);
    INFO(ended.err);
    CHECK(ended.status == 0);
    return std::string(folder.has("o/a.txt") ? "a" : "") + (folder.has("o/b.txt") ? "b" : "");
  }
  std::string refusal(const std::string& graph) {
    folder.write("graph.json", graph);
    const Ended ended = run_flowrun(folder, {"validate", "graph.json"});
    CHECK(ended.status == 2);
    return ended.err;
  }
};

}  // namespace

TEST_CASE("flowrun run: a node runs only where its conditions hold") {
  Cases cases;
  CHECK(cases.written(R"("${denoise}")") == "");
  CHECK(cases.written(R"("${denoise}")", {"--set", "denoise=true"}) == "ab");
  CHECK(cases.written(R"({ "value": "${denoise}", "is": false })") == "ab");
  CHECK(cases.written(R"({ "value": "${mode}", "is": "exact" })") == "");
  CHECK(cases.written(R"({ "value": "${mode}", "is": "exact" })", {"--set", "mode=exact"}) == "ab");
  CHECK(cases.written(R"({ "value": "${value}", "is": 3 })") == "b");
  CHECK(cases.written(R"({ "value": "${value}", "at_most": 1 })") == "a");
  CHECK(cases.written(R"({ "value": "${limit}", "above": 2 })") == "");
  CHECK(cases.written(R"({ "value": "${limit}", "at_least": 2, "below": 3 })") == "ab");
  CHECK(cases.written(R"({ "given": "extra" })") == "a");
  CHECK(cases.written(R"({ "missing": "extra" })") == "b");
  CHECK(cases.written(R"({ "number": "measure.number", "above": 2.5 })") == "b");
  CHECK(cases.written(R"({ "number": "measure.number", "at_most": 2.5 })") == "a");
  CHECK(cases.written(R"([{ "given": "extra" }, { "number": "measure.number", "above": 2.5 }])") == "");
  CHECK(cases.written("[]") == "ab");
}

TEST_CASE("flowrun run: the summary and the record say which nodes did not run, and why") {
  Cases cases;
  const Ended ended = cases.run(with_when(R"({ "number": "measure.number", "above": 2.5 })"));
  CHECK(contains(ended.out, "LEFT OUT\n  1 of 2 cases: write did not run (not: measure.number is above 2.5)\n"));
  CHECK(contains(cases.folder.read("o/flowrun/cases/a.json"), R"("write": "not: measure.number is above 2.5")"));
  CHECK_FALSE(contains(cases.folder.read("o/flowrun/cases/b.json"), "left_out"));
  CHECK(contains(cases.folder.read("o/report.html"), "not: measure.number is above 2.5"));
  const Ended changed = cases.run(with_when(R"({ "number": "measure.number", "above": 0 })"), {"--resume"});
  CHECK(contains(changed.err,
                 "parameter 'when' of node 'write' changed from measure.number is above 2.5 to measure.number is above 0"));
  CHECK(cases.folder.has("o/a.txt"));
}

TEST_CASE("flowrun run: a stage of which nothing ran stands for its nodes, and nodes that never ran have no row") {
  Cases cases;
  cases.folder.write("stage.json", R"({ "format": 1, "name": "stage", "inputs": { "v": { "type": "flowrun.volume/1" } },
    "nodes": { "first": { "type": "clitest.measure", "inputs": { "volume": "v" } },
               "second": { "type": "clitest.measure", "inputs": { "volume": "v" } } } })");
  const Ended ended = cases.run(
      kHead + R"("part": { "type": "graph:stage.json", "when": { "given": "extra" }, "inputs": { "v": "make.volume" } } } })");
  INFO(ended.out << ended.err);
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "LEFT OUT\n  1 of 2 cases: part (2 nodes) did not run (not: extra is given)\n"));
  CHECK(contains(cases.folder.read("o/report.html"), "part (2 nodes) did not run"));
  const Ended never =
      cases.run(kHead + R"("part": { "type": "graph:stage.json", "when": "${denoise}", "inputs": { "v": "make.volume" } } } })");
  CHECK(contains(never.out, "2 of 2 cases: part (2 nodes) did not run"));
  CHECK_FALSE(contains(never.out, "part/first"));
  CHECK(contains(never.err, "opening 2 nodes for 2 cases"));
}

TEST_CASE("flowrun run --resume: records of nodes with several conditions, and of conditions within conditions, are read again") {
  Cases cases;
  cases.folder.write("stage.json", R"({ "format": 1, "name": "stage", "inputs": { "v": { "type": "flowrun.volume/1" } },
    "parameters": { "on": { "type": "boolean", "default": true } },
    "nodes": { "write": { "type": "clitest.write", "when": "${on}", "inputs": { "volume": "v" },
                          "params": { "path": "${out}/${case}_inner.txt" } } } })");
  const std::string graph =
      kHead + R"("part": { "type": "graph:stage.json", "when": { "given": "extra" }, "inputs": { "v": "make.volume" } },
    "write": { "type": "clitest.write", "when": [{ "value": "${limit}", "above": 1 }, { "value": "${mode}", "is": "fast" }],
               "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${case}.txt" } } } })";
  REQUIRE(cases.run(graph).status == 0);
  CHECK(cases.folder.has("o/a_inner.txt"));
  CHECK_FALSE(cases.folder.has("o/b_inner.txt"));
  const Ended same = cases.run(graph, {"--resume"});
  INFO(same.err);
  CHECK(contains(same.err, "2 cases done before and unchanged"));
  CHECK(contains(cases.run(graph, {"--resume", "--set", "limit=3"}).err,
                 "parameter 'when' of node 'write' changed from limit is above 1 (2); mode is fast (\"fast\") to limit is above 1 (3); "
                 "mode is fast (\"fast\")"));
}

TEST_CASE("flowrun run --resume: a missing file of a node that does not run is no change, and one that appears is") {
  Cases cases;
  const std::string graph = kHead + R"("exact": { "type": "clitest.measure", "when": "${denoise}", "inputs": { "volume": "make.volume" },
               "params": { "model": "missing.pt" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${case}.txt" } } } })";
  REQUIRE(cases.run(graph).status == 0);
  CHECK(contains(cases.run(graph, {"--resume"}).err, "2 cases done before and unchanged"));
  cases.folder.write("missing.pt", "here now");
  const Ended appeared = cases.run(graph, {"--resume"});
  CHECK_MESSAGE(contains(appeared.err, "2 to run again"), appeared.err);
}

TEST_CASE("flowrun run --resume: a parameter that only decides whether a node runs makes the case run again") {
  Cases cases;
  const std::string graph = with_when(R"("${denoise}")");
  CHECK(cases.run(graph, {"--set", "denoise=true"}).status == 0);
  CHECK(cases.folder.has("o/a.txt"));
  const Ended changed = cases.run(graph, {"--resume"});
  INFO(changed.err);
  CHECK(contains(changed.err, "parameter 'when' of node 'write' changed from denoise is true (true) to denoise is true (false)"));
  CHECK_FALSE(cases.folder.has("o/a.txt"));
  const std::string limit = with_when(R"({ "value": "${limit}", "above": 3 })");
  CHECK(cases.run(limit, {"--set", "limit=4"}).status == 0);
  CHECK(contains(cases.run(limit, {"--set", "limit=5", "--resume"}).err, "changed"));
  CHECK(contains(cases.run(limit, {"--set", "limit=5", "--resume"}).err, "unchanged"));
}

TEST_CASE("flowrun run: an empty value of --in is an error, for optional inputs too") {
  Cases cases;
  cases.folder.write("graph.json", with_when(R"({ "given": "extra" })"));
  const Ended ended = run_flowrun(cases.folder, {"run", "graph.json", "--in", "value=1", "--in", "extra=", "--out", "o"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "--in extra: its value is empty; give it one, or leave it out"));
}

TEST_CASE("flowrun run: a parameter can be a number that another node finds") {
  const auto graph = [](const std::string& value) {
    return kHead + R"("again": { "type": "clitest.make", "params": { "value": )" + value + R"( } },
    "write": { "type": "clitest.write", "inputs": { "volume": "again.volume" },
               "params": { "path": "${out}/${case}.txt", "repeat": { "number": "measure.number" } } } } })";
  };
  Cases cases;
  CHECK(cases.run(graph(R"({ "number": "measure.number" })")).status == 0);
  CHECK(cases.folder.read("o/a.txt") == "1\n");
  CHECK(cases.folder.read("o/b.txt") == "3\n3\n3\n");
  CHECK(contains(run_flowrun(cases.folder, {"describe", "graph.json"}).out, "volume from again.volume; repeat from measure.number"));
  CHECK(cases.run(graph(R"({ "number": "measure.number" })"), {"--set", "again.value=7"}).status == 0);
  CHECK(cases.folder.read("o/b.txt") == "7\n7\n7\n");
  cases.folder.write("cases2.csv", "case,value\nc,1.5\nd,0\n");
  const Ended wrong = run_flowrun(cases.folder, {"run", "graph.json", "--cases", "cases2.csv", "--out", "p"});
  CHECK(wrong.status == 1);
  CHECK(contains(wrong.err, "parameter 'repeat', which another node finds: expected a whole number, found 1.5"));
  CHECK(contains(wrong.err, "parameter 'repeat', which another node finds: expected at least 1, found 0"));
  const Ended replayed = run_flowrun(cases.folder, {"replay", "d", "--results", "p"});
  CHECK(replayed.status == 2);
  CHECK(contains(replayed.err, "parameter 'repeat': expected at least 1, found 0"));
}

TEST_CASE("flowrun run: core.first takes what the case has, whatever kind of packet it is") {
  const std::string graph = kHead + R"("more": { "type": "clitest.make", "params": { "value": "${extra}" } },
    "taken": { "type": "core.first", "inputs": { "items": ["more.volume", "make.volume"] } },
    "again": { "type": "core.first", "inputs": { "items": "taken.item" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "again.item" }, "params": { "path": "${out}/${case}.txt" } } } })";
  Cases cases;
  const Ended ended = cases.run(graph);
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(cases.folder.read("o/a.txt") == "5\n");
  CHECK(cases.folder.read("o/b.txt") == "3\n");
  std::string mixed = graph;
  mixed.replace(mixed.find("make.volume\"] }"), 11, "measure.number");
  CHECK(contains(cases.refusal(mixed),
                 "node 'taken': input 'items' takes flowrun.volume/1, but 'measure.number' gives flowrun.number/1"));
}

TEST_CASE("flowrun validate: a condition that cannot be is refused with its place and what is possible") {
  Cases cases;
  const auto refused = [&](const std::string& when) { return cases.refusal(with_when(when)); };
  CHECK(contains(refused(R"("denoise")"),
                 "node 'write', when: expected \"${name}\" of a parameter or an input of the graph, found \"denoise\""));
  CHECK(contains(refused(R"("${denoize}")"), "did you mean 'denoise'?"));
  CHECK(contains(refused(R"("${limit}")"), "${limit} is a number; say what it must be with \"is\", \"above\""));
  CHECK(contains(refused(R"({ "value": "${mode}", "above": 1 })"), "only a number has limits"));
  CHECK(contains(refused(R"({ "value": "${limit}", "above": 4, "at_most": 0.0025 })"),
                 "no number is above 4 and at most 0.0025, so the node would never run"));
  CHECK(contains(refused(R"({ "number": "measure.number", "above": 2, "at_most": 2 })"), "no number is above 2 and at most 2"));
  CHECK(contains(refused(R"({ "value": "${mode}", "is": "slow" })"), "expected one of 'fast', 'exact', found \"slow\""));
  CHECK(contains(refused(R"({ "given": "value" })"), "input 'value' is never missing"));
  CHECK(contains(refused(R"({ "given": "extro" })"), "did you mean 'extra'?"));
  CHECK(contains(refused(R"({ "number": "measure.number" })"),
                 "a number is compared with 'above', 'at_least', 'below' or 'at_most'"));
  CHECK(contains(refused(R"({ "number": "make.volume", "above": 1 })"),
                 "takes a flowrun.number/1, but 'make.volume' gives flowrun.volume/1"));
  CHECK(contains(refused(R"({ "number": "mesure.number", "above": 1 })"), "did you mean 'measure'?"));
  CHECK(contains(refused(R"({ "given": "extra", "missing": "extra" })"), "found two"));
  CHECK(contains(refused("{}"), "a condition is one of"));
  CHECK(contains(refused("3"), "expected one of"));
  CHECK(contains(refused(R"({ "given": "extra", "abov": 3 })"), "'abov'"));
  const std::string own = R"("write": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": )";
  CHECK(contains(cases.refusal(kHead + own + R"({ "number": "measure.number" } } } } })"),
                 "parameter 'path' cannot come from another node: it is no number, or is read once, when the node is opened; "
                 "those that can: 'repeat'"));
  CHECK(contains(cases.refusal(kHead + own + R"([{ "number": "measure.number" }] } } } })"),
                 "node 'write', parameter 'path': a list takes plain values; {\"number\": \"node.port\"} can only be the whole "
                 "parameter"));
}

TEST_CASE("flowrun describe and draw: show on what nodes run and which inputs a case may lack") {
  Cases cases;
  cases.folder.write("graph.json", with_when(R"([{ "given": "extra" }, { "number": "measure.number", "above": 2.5 }])"));
  const Ended described = run_flowrun(cases.folder, {"describe", "graph.json"});
  CHECK(contains(described.out, "a case may lack it"));
  CHECK(contains(described.out, "volume from make.volume; when extra given and measure.number above 2.5"));
  const Ended drawn = run_flowrun(cases.folder, {"draw", "graph.json"});
  CHECK(contains(drawn.out, "where extra is given\\nwhere measure.number is above 2.5"));
  CHECK(contains(drawn.out, "style=\"rounded,filled,dashed\""));
}

TEST_CASE("flowrun validate: a condition of a subgraph is one of each node in it") {
  Cases cases;
  cases.folder.write("part.json",
                     R"({ "format": 1, "inputs": { "in": { "type": "flowrun.volume/1" }, "name": { "type": "string" } },
    "nodes": { "write": { "type": "clitest.write", "inputs": { "volume": "in" }, "params": { "path": "${out}/${case}_${name}.txt" } } } })");
  const Ended ended = cases.run(kHead + R"("part": { "type": "graph:part.json", "when": { "given": "extra" },
    "inputs": { "in": "make.volume" }, "params": { "name": "x" } } } })");
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(cases.folder.has("o/a_x.txt"));
  CHECK_FALSE(cases.folder.has("o/b_x.txt"));
}
