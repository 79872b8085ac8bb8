// --keep and --until with outputs of subgraphs, named as edges name them.
#include <doctest/doctest.h>

#include "flowrun_process.h"
#include "formula_plugin.h"

using namespace flowrun::testing;

namespace {

/// Doubles what it takes; two of its outputs pass on its inputs.
const char* const kInner = R"({"format": 1,
  "inputs": {
    "image": { "type": "flowrun.volume/1" },
    "other": { "type": "flowrun.volume/1", "required": false },
    "list": { "type": "flowrun.volume/1", "required": false, "variadic": true }
  },
  "nodes": {
    "unused": { "type": "clitest.make", "params": { "value": 5 } },
    "twice": { "type": "formula.multiply", "inputs": { "volume": "image" } }
  },
  "outputs": { "doubled": "twice.volume", "given": "image", "other": "other", "list": "list" }
})";

const char* const kOuter = R"({"format": 1,
  "inputs": { "image": { "type": "flowrun.volume/1" } },
  "nodes": {
    "first": { "type": "graph:inner.json", "inputs": { "image": "image" } },
    "second": { "type": "graph:inner.json", "inputs": { "image": "first.doubled" } }
  },
  "outputs": { "result": "second.doubled", "halfway": "second.given" }
})";

const char* const kMain = R"({"format": 1, "name": "main",
  "nodes": {
    "read": { "type": "clitest.make", "params": { "value": 7 } },
    "stage": { "type": "graph:outer.json", "inputs": { "image": "read.volume" } },
    "both": { "type": "graph:inner.json", "inputs": { "image": "read.volume", "list": ["read.volume", "stage.result"] } },
    "silent": { "type": "graph:silent.json" },
    "write": { "type": "clitest.write", "inputs": { "volume": "stage.result" }, "params": { "path": "${out}/${case}.txt" } }
  }
})";

struct Setting {
  Setting() {
    folder.write("inner.json", kInner);
    folder.write("outer.json", kOuter);
    folder.write("silent.json", R"({"format": 1, "nodes": {"made": {"type": "clitest.make"}}})");
    folder.write("main.json", kMain);
    copy_formula_plugin(folder);
  }
  Ended run(const std::vector<std::string>& more, const std::string& out = "o") const {
    std::vector<std::string> words{"run", "main.json", "--case-name", "a", "--out", out, "--plugin-path", "plugins"};
    words.insert(words.end(), more.begin(), more.end());
    return run_flowrun(folder, words);
  }
  std::string fault(const std::vector<std::string>& more) const {
    const Ended ended = run(more, "none");
    CHECK(ended.status == 2);
    CHECK_FALSE(folder.has("none"));
    return ended.err;
  }
  TempFolder folder;
};

}  // namespace

TEST_CASE("flowrun run --keep: an output of a subgraph, within another one too, has the file's name that edges give it") {
  const Setting setting;
  const Ended kept = setting.run({"--keep", "stage.result", "--keep", "stage/first.doubled", "--keep", "stage.halfway", "--keep",
                                  "stage/second.doubled=again_${case}.nii.gz"});
  CHECK_MESSAGE(kept.status == 0, kept.err);
  CHECK(setting.folder.read("o/a.txt") == "28\n");
  CHECK(setting.folder.read("o/a_stage_result.nii.gz") == "28\n");
  CHECK(setting.folder.read("o/again_a.nii.gz") == "28\n");
  CHECK(setting.folder.read("o/a_stage-first_doubled.nii.gz") == "14\n");
  CHECK(setting.folder.read("o/a_stage_halfway.nii.gz") == "14\n");  // passed on by the second subgraph: the first one's
}

TEST_CASE("flowrun run --keep: one output goes to two files; named twice for one file it is written once") {
  const Setting setting;
  const Ended kept = setting.run(
      {"--keep", "stage.result=x.nii", "--keep", "stage.result=y.nii", "--keep", "read.volume", "--keep", "read.volume"});
  CHECK_MESSAGE(kept.status == 0, kept.err);
  for (const char* file : {"o/x.nii", "o/y.nii"}) CHECK(setting.folder.read(file) == "28\n");
  CHECK(setting.folder.read("o/a_read_volume.nii.gz") == "7\n");
  CHECK(contains(setting.fault({"--keep", "stage.result=x.nii", "--keep", "read.volume=x.nii"}), "x.nii"));
}

TEST_CASE("flowrun run --until: a subgraph means all its outputs, and what makes them") {
  const Setting setting;
  const Ended whole = setting.run({"--until", "stage"});
  CHECK_MESSAGE(whole.status == 0, whole.err);
  CHECK(contains(whole.out, "main until stage: 1 of 1 case done"));
  CHECK(setting.folder.read("o/a_stage_result.nii.gz") == "28\n");
  CHECK(setting.folder.read("o/a_stage_halfway.nii.gz") == "14\n");
  CHECK_FALSE(setting.folder.has("o/a.txt"));
  const Ended one = setting.run({"--until", "stage.halfway"}, "p");
  CHECK_MESSAGE(one.status == 0, one.err);
  CHECK(setting.folder.read("p/a_stage_halfway.nii.gz") == "14\n");
  CHECK_FALSE(setting.folder.has("p/a_stage_result.nii.gz"));
}

TEST_CASE("flowrun run --until and --keep: what a subgraph does not give is said with what it gives") {
  const Setting setting;
  CHECK(contains(setting.fault({"--keep", "stage.mask"}),
                 "--keep stage.mask: the subgraph 'stage' has no output 'mask'; it has result, halfway"));
  CHECK(contains(setting.fault({"--until", "stage/first.mask"}), "it has doubled, given, other, list"));
  CHECK(contains(setting.fault({"--keep", "stage"}), "--keep stage: name the output too, as NODE.PORT; it has result, halfway"));
  CHECK(contains(setting.fault({"--until", "stag"}), "--until stag: the graph has no node 'stag'; did you mean 'stage'?"));
  CHECK(contains(setting.fault({"--until", "silent"}),
                 "--until silent: the subgraph 'silent' has no outputs; name a node in it, as silent/NODE"));
}

TEST_CASE("flowrun run --until and --keep: an output that passes on an input without one edge is refused") {
  const Setting setting;
  CHECK(contains(setting.fault({"--keep", "stage/first.other"}),
                 "--keep stage/first.other: 'stage/first.other' passes on an optional input of the subgraph to which nothing is "
                 "connected; no node makes it"));
  CHECK(contains(setting.fault({"--keep", "both.list"}),
                 "'both.list' stands for a list of edges; name one of 'read.volume', 'stage/second/twice.volume'"));
  CHECK(contains(setting.fault({"--until", "both"}), "'both.list' stands for a list of edges"));
  const Ended first = setting.run({"--until", "stage/first"});  // the outputs that are there
  CHECK_MESSAGE(first.status == 0, first.err);
  CHECK(setting.folder.read("o/a_stage-first_doubled.nii.gz") == "14\n");
  CHECK(setting.folder.read("o/a_stage-first_given.nii.gz") == "7\n");
}
