// Nodes that take all cases of a run, when the cases are split over shards: a merge fires them, and makes what one run makes.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "flowrun_process.h"
#include "graph_texts.h"
#include "support/needs.h"

using namespace flowrun::testing;

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// As kSumGraph, in which a case can also fail after its item was made: where `folder` is the name of a file.
const std::string kLateFailureGraph = R"({
  "format": 1,
  "name": "late",
  "inputs": { "value": { "type": "number" }, "folder": { "type": "string" } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "write": {
      "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${folder}/${case}.txt" }
    },
    "all": { "type": "clitest.sum", "inputs": { "volumes": "make.volume" }, "params": { "path": "${out}/sum.txt" } }
  }
})";

void write_study(const TempFolder& folder) {
  folder.write("sum.json", kSumGraph);
  folder.write("cases.csv", "case,value\np3,3\np1,0.1\np2,-2\np4,0.7\np5,5\n");
}

Ended run_into(const TempFolder& folder, const std::string& graph, const std::string& out, const Words& more) {
  Words words{"run", graph, "--cases", "cases.csv", "--out", out, "--quiet"};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

Ended run_shard(const TempFolder& folder, const std::string& shard, const Words& more = {}) {
  Words words{"--shard", shard};
  words.insert(words.end(), more.begin(), more.end());
  return run_into(folder, "sum.json", "o", words);
}

Ended merge(const TempFolder& folder) { return run_flowrun(folder, {"merge", "o"}); }

constexpr const char* kNotFired = "the nodes that take all cases have not fired: ";

}  // namespace

TEST_CASE("flowrun merge: a node that takes all cases fires over the shards' items, and makes what one run makes") {
  const TempFolder folder;
  write_study(folder);
  CHECK(run_into(folder, "sum.json", "one", {}).status == 1);  // p2
  CHECK(run_shard(folder, "2/2").status == 0);
  CHECK_FALSE(folder.has("o/sum.txt"));
  const Ended half = merge(folder);
  CHECK(half.status == 1);
  CHECK(contains(half.err, std::string(kNotFired) + "these shards have not run: 1/2"));
  CHECK(run_shard(folder, "1/2").status == 1);
  const Ended whole = merge(folder);
  INFO(whole.err);
  CHECK(whole.status == 1);  // p2, as of one run
  CHECK(contains(whole.out, "4 of 5 cases done, 1 failed"));
  CHECK(folder.read("o/sum.txt") == folder.read("one/sum.txt"));
  CHECK(contains(folder.read("o/sum.txt"), "8.8"));
  CHECK(contains(whole.err, "the nodes that take all cases have made sum.txt"));
  CHECK(contains(folder.read("o/report.html"), "all.sum"));
}

TEST_CASE("flowrun merge: what an earlier merge of the same items made stays, and a changed case fires the node again") {
  const TempFolder folder;
  write_study(folder);
  run_shard(folder, "1/2");
  run_shard(folder, "2/2");
  merge(folder);
  const auto made = fs::last_write_time(folder.path() / "o/sum.txt");
  merge(folder);
  CHECK(fs::last_write_time(folder.path() / "o/sum.txt") == made);
  folder.write("o/sum.txt", "something else\n");
  merge(folder);
  CHECK(contains(folder.read("o/sum.txt"), "8.8"));
  folder.write("cases.csv", "case,value\np3,3\np1,0.1\np2,2\np4,0.7\np5,5\n");
  CHECK(run_shard(folder, "1/2", {"--retry-failed"}).status == 0);
  const Ended whole = merge(folder);
  INFO(whole.err);
  CHECK(whole.status == 0);
  CHECK(contains(folder.read("o/sum.txt"), "10.8"));
}

TEST_CASE("flowrun merge: an item that is missing or damaged is said, and --resume makes that case again") {
  const TempFolder folder;
  write_study(folder);
  run_shard(folder, "1/2");
  run_shard(folder, "2/2");
  const std::string item = "o/flowrun/items/p4/all.volumes-0.packet";
  REQUIRE(folder.has(item));
  std::string bytes = folder.read(item);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  folder.write(item, bytes);
  const Ended damaged = merge(folder);
  CHECK(damaged.status == 1);
  const std::string why = "case 'p4': output 'flowrun/items/p4/all.volumes-0.packet' is not as it was written";
  CHECK(contains(damaged.err, kNotFired + why + "; run its shard again with --resume"));
  CHECK_FALSE(folder.has("o/sum.txt"));
  fs::remove(folder.path() / item);
  CHECK(contains(merge(folder).err, "flowrun/items/p4/all.volumes-0.packet' is missing"));
  const Words words{"run", "sum.json", "--cases", "cases.csv", "--out", "o", "--shard", "2/2", "--resume"};
  const Ended again = run_flowrun(folder, words);
  CHECK(contains(again.err, "runs again: p4"));
  CHECK(contains(again.err, "1 case done before and unchanged, 0 not yet run, 1 to run again"));
  merge(folder);
  CHECK(contains(folder.read("o/sum.txt"), "8.8"));
}

TEST_CASE("flowrun merge: shards of other parameters, another graph or a case that has not ended fire nothing") {
  const TempFolder folder;
  write_study(folder);
  run_shard(folder, "1/2");
  run_shard(folder, "2/2", {"--set", "make.megabytes=1"});
  CHECK(contains(merge(folder).err, "shards 1/2 and 2/2 ran with different graphs, plugins, parameters, versions of flowrun"));
  run_shard(folder, "2/2", {"--resume"});
  std::string other = kSumGraph;
  other.replace(other.find("sum.txt"), 7, "add.txt");
  folder.write("sum.json", other);
  const Ended changed = merge(folder);
  CHECK(contains(changed.err, "since the shards ran: parameter 'path' of node 'all' changed"));
  CHECK_FALSE(folder.has("o/add.txt"));
  folder.write("sum.json", kSumGraph);
  fs::remove(folder.path() / "o/flowrun/cases/p1.json");
  CHECK(contains(merge(folder).err, "case 'p1': it has not ended"));
  CHECK_FALSE(folder.has("o/sum.txt"));
  run_shard(folder, "2/2", {"--resume"});
  merge(folder);
  CHECK(contains(folder.read("o/sum.txt"), "8.8"));
}

TEST_CASE("flowrun merge: a case that failed after its item was made gives the item, as in one run") {
  const TempFolder folder;
  folder.write("late.json", kLateFailureGraph);
  folder.write("cases.csv", "case,value,folder\na,1,in\nb,2,blocked\nc,4,in\n");
  for (const char* out : {"one", "o"}) folder.write(std::string(out) + "/blocked", "a file\n");
  CHECK(run_into(folder, "late.json", "one", {}).status == 1);
  CHECK(contains(folder.read("one/sum.txt"), "7.0"));
  run_into(folder, "late.json", "o", {"--shard", "1/2"});
  CHECK(run_into(folder, "late.json", "o", {"--shard", "2/2"}).status == 1);
  const Ended whole = merge(folder);
  INFO(whole.err);
  CHECK(folder.read("o/sum.txt") == folder.read("one/sum.txt"));
  const std::string item = "o/flowrun/items/b/all.volumes-0.packet";
  folder.write(item, folder.read(item).substr(0, 40));
  CHECK(contains(merge(folder).err, "case 'b': output 'flowrun/items/b/all.volumes-0.packet' is not as it was written"));
}

TEST_CASE("flowrun merge: from another folder only where all names are absolute; a run of all cases makes a merge unneeded") {
  const TempFolder folder, other;
  write_study(folder);
  const std::string out = (folder.path() / "o").string(), graph = (folder.path() / "sum.json").string();
  run_shard(folder, "1/2");
  run_shard(folder, "2/2");
  const Ended elsewhere = run_flowrun(other, {"merge", out});
  CHECK(contains(elsewhere.err, "the shards found the graph and its files from the folder"));
  CHECK_FALSE(folder.has("o/sum.txt"));
  for (const char* shard : {"1/2", "2/2"}) run_into(folder, graph, "o", {"--shard", shard, "--resume"});
  const Ended merged = run_flowrun(other, {"merge", out});
  INFO(merged.err);
  CHECK(contains(folder.read("o/sum.txt"), "8.8"));
  CHECK(run_into(folder, "sum.json", "o", {}).status == 1);
  CHECK_FALSE(contains(merge(folder).err, kNotFired));
}

TEST_CASE("flowrun merge: cases that the latest table does not list any more give no items") {
  const TempFolder folder;
  write_study(folder);
  folder.write("cases.csv", "case,value\na,1\nb,2\nc,4\nd,8\n");
  for (const char* shard : {"1/2", "2/2"}) run_shard(folder, shard);
  folder.write("cases.csv", "case,value\na,1\nb,2\nc,4\n");
  for (const char* shard : {"1/2", "2/2"}) run_shard(folder, shard, {"--resume"});
  merge(folder);
  CHECK(contains(folder.read("o/sum.txt"), "7.0"));
}

TEST_CASE("flowrun merge: while a shard runs nothing is fired") {
  const TempFolder folder;
  std::string graph = kWaitGraph;
  const std::string all =
      R"("all": { "type": "clitest.sum", "inputs": { "volumes": "wait.volume" }, "params": { "path": "${out}/sum.txt" } },)";
  graph.insert(graph.find("\"make\""), all);
  folder.write("waiting.json", graph);
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
  const Words words{"run", "waiting.json", "--cases", "cases.csv", "--out", "o", "--shard"};
  const auto shard = [&](const char* which) {
    Words more = words;
    more.push_back(which);
    return more;
  };
  FlowrunProcess first(folder, shard("1/2"));
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  folder.write("o/b.release", "");
  CHECK(run_flowrun(folder, shard("2/2")).status == 0);
  const Ended early = merge(folder);
  CHECK(early.status == 1);
  CHECK(contains(early.err, std::string(kNotFired) + "the output folder 'o' is in use by another flowrun"));
  folder.write("o/a.release", "");
  CHECK(first.end().status == 0);
  CHECK(merge(folder).status == 0);
  CHECK(contains(folder.read("o/sum.txt"), "3.0"));
}

TEST_CASE("flowrun run --shard: no item is written through a link") {
  const TempFolder folder;
  write_study(folder);
  fs::create_directories(folder.path() / "elsewhere");
  fs::create_directories(folder.path() / "o/flowrun");
  fs::create_directory_symlink(folder.path() / "elsewhere", folder.path() / "o/flowrun/items");
  const Ended refused = run_shard(folder, "1/2");
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "o/flowrun/items' is a symbolic link"));
  CHECK(fs::is_empty(folder.path() / "elsewhere"));
}

TEST_CASE("flowrun run --shard: on a full disk the case whose item does not fit fails, and with room --resume continues" *
          doctest::test_suite("needs mounts")) {
  const TempFolder folder;
  write_study(folder);
  fs::create_directories(folder.path() / "o");
  const std::string small = (folder.path() / "o").string();
  if (geteuid() != 0 || std::system(("mount -t tmpfs -o size=64k tmpfs " + small + " 2>/dev/null").c_str()) != 0)
    return could_not_run("the small disk cannot be mounted; only root may, and not in every container");
  folder.write("o/filler", std::string(36 << 10, 'x'));
  const Ended full = run_shard(folder, "1/2");
  CHECK(full.status == 1);
  CHECK(contains(full.err, "No space left on device"));
  CHECK_FALSE(folder.has("o/sum.txt"));
  fs::remove(folder.path() / "o/filler");
  REQUIRE(std::system(("mount -o remount,size=16m " + small).c_str()) == 0);
  run_shard(folder, "1/2", {"--resume"});
  run_shard(folder, "2/2", {"--resume"});
  const Ended whole = merge(folder);
  INFO(whole.err);
  CHECK(contains(folder.read("o/sum.txt"), "8.8"));
  CHECK(std::system(("umount " + small).c_str()) == 0);
}

namespace {

/// A small training, and a table of measures of each case's candidates, on artificial heads.
const std::string kTrainingGraph = R"({
  "format": 1,
  "name": "training",
  "inputs": { "seed": { "type": "integer" } },
  "nodes": {
    "head": { "type": "phantom.head", "params": { "seed": "${seed}", "size": [40, 48, 40], "spacing": [4, 4, 4] } },
    "norm": { "type": "intensity.normalise", "inputs": { "volume": "head.flair" } },
    "bright": { "type": "segment.threshold", "inputs": { "volume": "norm.volume" }, "params": { "above": 1.0 } },
    "candidates": { "type": "candidates.above", "inputs": { "volume": "norm.volume" }, "params": { "threshold": 0.5 } },
    "sample": {
      "type": "train.sample",
      "inputs": { "volumes": ["norm.volume"], "lesions": "head.lesions", "candidates": "candidates.voxels" },
      "params": { "size": [5, 5, 5] }
    },
    "fit": {
      "type": "train.fit", "inputs": { "samples": "sample.samples" },
      "params": {
        "network": "network.json", "model": "${out}/model.pt", "channels": ["FLAIR"], "batch": 32, "epochs": 3,
        "learning_rate": 0.01, "curve": "${out}/curve.csv", "checkpoint": "${out}/fit.checkpoint"
      }
    },
    "measures": { "type": "evaluate.overlap", "inputs": { "found": "bright.mask", "reference": "head.lesions" } },
    "summary": {
      "type": "evaluate.summary", "inputs": { "rows": "measures.table" },
      "params": { "csv": "${out}/measures.csv", "json": "${out}/measures.json" }
    }
  }
})";

bool training_plugins_are_built() {
  for (const char* name : {"phantom", "intensity", "segment", "candidates", "train", "evaluate"})
    if (!fs::exists(fs::path(FLOWRUN_TEST_PLUGINS) / (std::string(name) + ".so"))) return false;
  return true;
}

}  // namespace

TEST_CASE("flowrun merge: a network trained and a table made over shards are those of one run, byte by byte" *
          doctest::test_suite("needs plugins")) {
  if (!training_plugins_are_built()) return could_not_run("the plugins of the training are not built");
  setenv("SOURCE_DATE_EPOCH", "1795824000", 1);  // a model says its day
  const TempFolder folder;
  folder.write("training.json", kTrainingGraph);
  folder.write("network.json", R"({"name": "toy", "layers": [
    {"type": "convolution", "channels": 4, "kernel": 3}, {"type": "leaky_relu"}, {"type": "flatten"},
    {"type": "dense", "units": 2}]})");
  folder.write("cases.csv", "case,seed\nd,4\na,1\nc,3\nb,2\ne,5\n");
  const Ended one = run_into(folder, "training.json", "one", {});
  INFO(one.err);
  REQUIRE(one.status == 0);
  for (const char* shard : {"3/3", "1/3", "2/3"}) REQUIRE(run_into(folder, "training.json", "o", {"--shard", shard}).status == 0);
  const Ended merged = merge(folder);
  INFO(merged.err);
  REQUIRE(merged.status == 0);
  for (const char* file : {"model.pt", "measures.csv", "measures.json"}) {
    INFO(file);
    CHECK(folder.read(std::string("one/") + file).size() > 100);
    CHECK((folder.read(std::string("o/") + file) == folder.read(std::string("one/") + file)));
  }
}
