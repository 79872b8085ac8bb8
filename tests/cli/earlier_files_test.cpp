// What an earlier run left under the names that a run writes is never taken for this run's.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// Two files: the first is written before the node that may fail or crash, the second after it.
const std::string kTwoWrites = R"({
  "format": 1,
  "name": "two_writes",
  "parameters": { "where": { "type": "string", "default": "" } },
  "inputs": { "value": { "type": "number", "default": 1 }, "how": { "type": "string", "default": "" } },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "first": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/first/${case}.txt" } },
    "bad": { "type": "crashtest.misbehave", "inputs": { "volume": "make.volume" }, "params": { "how": "${how}" } },
    "last": { "type": "clitest.write", "inputs": { "volume": "bad.volume" }, "params": { "path": "${out}/${case}_mask.txt" } }
  }
})";

Ended run_two(const TempFolder& folder, const std::string& table, const Words& more = {}) {
  folder.write("cases.csv", "case,value,how\n" + table);
  Words words{"run", "two.json", "--cases", "cases.csv", "--out", "o", "--threads", "1", "--plugin-path", FLOWRUN_CRASH_PLUGINS};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

Ended run_value(const TempFolder& folder, const std::string& value, const Words& more = {}) {
  Words words{"run", "value.json", "--in", "value=" + value, "--case-name", "a", "--out", "o"};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

constexpr const char* kAside = "o/flowrun/earlier/cases/a/";

}  // namespace

TEST_CASE("flowrun run: of a case that was done and now fails no older file stays under its name, and it is said where they are") {
  const TempFolder folder;
  folder.write("two.json", kTwoWrites);
  REQUIRE(run_two(folder, "a,1,\nb,2,\n").status == 0);
  const Ended failed = run_two(folder, "a,5,number\nb,2,\n");
  CHECK(failed.status == 1);
  CHECK_FALSE(folder.has("o/a_mask.txt"));
  CHECK(folder.read("o/b_mask.txt") == "2\n");
  CHECK(folder.read(std::string(kAside) + "a_mask.txt") == "1\n");
  CHECK(folder.read(std::string(kAside) + "first/a.txt") == "1\n");
  CHECK_FALSE(folder.has("o/flowrun/earlier/cases/b"));
  CHECK(contains(failed.err, "flowrun: 1 result of an earlier run is put aside: the files are in 'o/flowrun/earlier/cases'\n"));
  CHECK(contains(folder.read("o/flowrun/cases/a.json"), "\"earlier\": \"flowrun/earlier/cases/a\""));
  CHECK(contains(folder.read("o/report.html"), "\"earlier\":\"./flowrun/earlier/cases/a\""));
  CHECK_FALSE(contains(folder.read("o/report.html"), "earlier/cases/b"));

  // A further attempt that fails leaves the last good result where it is, not what the failed one had written.
  CHECK(run_two(folder, "a,6,number\nb,2,\n", {"--resume"}).status == 1);
  CHECK(folder.read("o/first/a.txt") == "6\n");
  CHECK(folder.read(std::string(kAside) + "first/a.txt") == "1\n");
  CHECK(run_two(folder, "a,-1,\nb,2,\n", {"--retry-failed"}).status == 1);  // fails before the first file
  CHECK_FALSE(folder.has("o/first/a.txt"));
  CHECK(folder.read(std::string(kAside) + "first/a.txt") == "1\n");

  const Ended mended = run_two(folder, "a,7,\nb,2,\n", {"--retry-failed"});
  CHECK(mended.status == 0);
  CHECK(folder.read("o/a_mask.txt") == "7\n");
  CHECK_FALSE(folder.has("o/flowrun/earlier"));
  CHECK_FALSE(contains(mended.err, "put aside"));
  CHECK(contains(run_two(folder, "a,7,\nb,2,\n", {"--resume"}).out, "nothing to run: all 2 cases were done before"));
}

TEST_CASE("flowrun run: of a case that was done and now crashes or ends the process no older file stays, and its record says so") {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  for (const std::string how : {"null", "exit", "kill"}) {
    CAPTURE(how);
    const TempFolder folder;
    folder.write("two.json", kTwoWrites);
    REQUIRE(run_two(folder, "a,1,\n").status == 0);
    CHECK(run_two(folder, "a,5," + how + "\n").status != 0);
    CHECK_FALSE(folder.has("o/a_mask.txt"));
    CHECK(folder.read(std::string(kAside) + "a_mask.txt") == "1\n");
    const std::string record = folder.read("o/flowrun/cases/a.json");
    CHECK(contains(record, "\"status\": \"cancelled\""));
    CHECK(contains(record, "the process ended while this case ran"));
    const Ended resumed = run_two(folder, "a,5,\n", {"--resume"});
    CHECK(resumed.status == 0);
    CHECK(contains(resumed.err, "it was not finished last time"));
    CHECK(folder.read("o/a_mask.txt") == "5\n");
    CHECK_FALSE(folder.has("o/flowrun/earlier"));
  }
}

TEST_CASE("flowrun run --resume: a crash of a case that was done before counts as its failure, and names its earlier files") {
  const TempFolder folder;
  folder.write("two.json", kTwoWrites);
  REQUIRE(run_two(folder, "a,1,\n").status == 0);
  run_two(folder, "a,5,null\n");
  const Ended resumed = run_two(folder, "a,5,null\n", {"--resume"});
  CHECK(resumed.status == 1);
  CHECK(contains(folder.read("o/flowrun/cases/a.json"), "\"earlier\": \"flowrun/earlier/cases/a\""));
  CHECK_FALSE(folder.has("o/a_mask.txt"));
}

TEST_CASE("flowrun run: two Ctrl-C leave no older file of a case that had begun; a case that had not begun stays as it was") {
  const TempFolder folder;
  folder.write("wait.json", kWaitGraph);
  folder.write("cases.csv", "case\na\nb\n");
  for (const char* name : {"a", "b"}) folder.write(std::string("o/") + name + ".release", "");
  const Words words{"run", "wait.json", "--cases", "cases.csv", "--out", "o", "--cases-in-flight", "1"};
  REQUIRE(run_flowrun(folder, words).status == 0);
  REQUIRE(folder.has("o/a.txt"));
  for (const char* name : {"a", "b"}) fs::remove(folder.path() / (std::string("o/") + name + ".release"));
  fs::remove(folder.path() / "o/a.begun");
  FlowrunProcess process(folder, words);
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  process.send(SIGINT);
  REQUIRE(process.wait_for_message("Ctrl-C"));
  process.send(SIGINT);
  const Ended ended = process.end();
  CHECK(ended.status == 3);
  CHECK_FALSE(folder.has("o/a.txt"));
  CHECK(folder.has("o/flowrun/earlier/cases/a/a.txt"));
  CHECK(folder.has("o/b.txt"));
  CHECK(contains(folder.read("o/flowrun/cases/b.json"), "\"status\": \"done\""));
  CHECK(contains(ended.err, "1 case was not started; what an earlier run left of it is as it was"));
}

TEST_CASE("flowrun run: an older file whose record is lost is put aside and never removed; of a link the target stays") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  REQUIRE(run_value(folder, "1").status == 0);
  fs::remove_all(folder.path() / "o/flowrun");
  CHECK(run_value(folder, "-1").status == 1);
  CHECK_FALSE(folder.has("o/a_value.txt"));
  CHECK(folder.read("o/flowrun/replaced/a_value.txt") == "1\n");

  folder.write("elsewhere.txt", "kept\n");
  fs::create_symlink(folder.path() / "elsewhere.txt", folder.path() / "o/a_value.txt");
  CHECK(run_value(folder, "-1").status == 1);
  CHECK_FALSE(fs::exists(fs::symlink_status(folder.path() / "o/a_value.txt")));
  CHECK(folder.read("elsewhere.txt") == "kept\n");
}

TEST_CASE("flowrun run: an older file outside the output folder is put aside too, and other files beside it stay") {
  const TempFolder folder;
  std::string graph = kValueGraph;
  graph.replace(graph.find("${out}/${case}_"), 15, folder.path().string() + "/masks/${case}_");
  folder.write("value.json", graph);
  fs::create_directories(folder.path() / "masks");
  folder.write("masks/other.txt", "other\n");
  REQUIRE(run_value(folder, "1").status == 0);
  CHECK(run_value(folder, "-1").status == 1);
  CHECK_FALSE(folder.has("masks/a_value.txt"));
  CHECK(folder.read("masks/other.txt") == "other\n");
  const fs::path aside = folder.path() / kAside / "outside" / folder.path().relative_path() / "masks/a_value.txt";
  CHECK(fs::exists(aside));
}

TEST_CASE("flowrun run: nothing is put aside by a run that is refused, a dry run, or --resume of what is unchanged") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  REQUIRE(run_value(folder, "1").status == 0);
  CHECK(run_value(folder, "word").status == 2);
  CHECK(run_value(folder, "-1", {"--dry-run"}).status == 0);
  CHECK(run_value(folder, "1", {"--resume"}).status == 0);
  CHECK(folder.read("o/a_value.txt") == "1\n");
  CHECK_FALSE(folder.has("o/flowrun/earlier"));
}

TEST_CASE("flowrun run: a checkpoint, from which a node continues, stays in place") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("o/a_value.txt", "flowrun-checkpoint/1\nweights");
  CHECK(run_value(folder, "-1").status == 1);
  CHECK(folder.read("o/a_value.txt") == "flowrun-checkpoint/1\nweights");
}

TEST_CASE("flowrun run: a folder of earlier files that is a link is refused, and its target stays") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  REQUIRE(run_value(folder, "1").status == 0);
  folder.write("target/cases/a/a_value.txt", "mine\n");
  fs::create_directory_symlink(folder.path() / "target", folder.path() / "o/flowrun/earlier");
  const Ended refused = run_value(folder, "-1");
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "is a symbolic link"));
  CHECK(folder.read("target/cases/a/a_value.txt") == "mine\n");
}

TEST_CASE("flowrun run: what an earlier run made once for all cases is put aside when the run fails or is cut off") {
  const TempFolder folder;
  folder.write("gather.json", kGatherGraph);
  folder.write("o/fit.release", "");
  const Words words{"run", "gather.json", "--case-name", "a", "--out", "o"};
  REQUIRE(run_flowrun(folder, words).status == 0);
  REQUIRE(folder.has("o/model.txt"));
  fs::remove(folder.path() / "o/fit.release");
  fs::remove(folder.path() / "o/fit.begun");
  FlowrunProcess process(folder, words);
  REQUIRE(wait_for_file(folder.path() / "o/fit.begun"));
  CHECK_FALSE(folder.has("o/model.txt"));
  process.send(SIGINT);
  REQUIRE(process.wait_for_message("Ctrl-C"));
  process.send(SIGINT);
  const Ended ended = process.end();
  CHECK(ended.status == 3);
  CHECK_FALSE(folder.has("o/model.txt"));
  CHECK(folder.has("o/flowrun/earlier/run/model.txt"));
  CHECK(contains(ended.err, "what an earlier run made once for all cases is put aside, in 'o/flowrun/earlier/run'"));
  folder.write("o/fit.release", "");
  CHECK(run_flowrun(folder, words).status == 0);
  CHECK(folder.has("o/model.txt"));
  CHECK_FALSE(folder.has("o/flowrun/earlier"));
}

TEST_CASE("flowrun run: a person's own file in the output folder is kept, and it is said where; what a run made is replaced") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  fs::create_directories(folder.path() / "o");
  for (const char* kept : {"a_value.txt", "a_value.txt.2"}) {
    folder.write("o/a_value.txt", std::string("drawn by hand, ") + kept);
    const Ended done = run_value(folder, "1");
    CHECK(done.status == 0);
    CHECK(folder.read("o/a_value.txt") == "1\n");
    CHECK(folder.read(std::string("o/flowrun/replaced/") + kept) == std::string("drawn by hand, ") + kept);
    CHECK(contains(done.err,
                   "'o/a_value.txt' was there before this run and no record of a run names it; it is kept as "
                   "'o/flowrun/replaced/" +
                       std::string(kept) + "'"));
    CHECK_FALSE(contains(run_value(folder, "2").err, "it is kept as"));  // its own
    fs::remove_all(folder.path() / "o/flowrun/cases");
  }
  CHECK(folder.has("o/flowrun/replaced/a_value.txt"));
}

TEST_CASE("flowrun run: a file outside the output folder that no earlier run made is not replaced") {
  const TempFolder folder;
  const std::string graph = R"({
    "format": 1,
    "name": "outside",
    "inputs": { "value": { "type": "number", "default": 1 }, "to": { "type": "string", "default": "mine.txt" } },
    "nodes": {
      "make": { "type": "clitest.make", "params": { "value": "${value}" } },
      "write": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "PATH" } }
    }
  })";
  const auto with_path = [&](const std::string& path) {
    std::string text = graph;
    return text.replace(text.find("PATH"), 4, path);
  };
  folder.write("fixed.json", with_path("mine.txt"));
  folder.write("mine.txt", "precious");
  const Words run{"run", "fixed.json", "--case-name", "a", "--out", "o"};
  for (const bool dry : {true, false}) {
    Words words = run;
    if (dry) words.push_back("--dry-run");
    const Ended refused = run_flowrun(folder, words);
    CHECK(refused.status == 2);
    CHECK(contains(refused.err, "node 'write' of case 'a' would replace"));
    CHECK(contains(refused.err, "which lies outside the output folder and is not from an earlier run into it"));
    CHECK(folder.read("mine.txt") == "precious");
  }
  fs::remove(folder.path() / "mine.txt");
  REQUIRE(run_flowrun(folder, run).status == 0);
  REQUIRE(run_flowrun(folder, run).status == 0);  // its own, by its record
  CHECK(folder.read("mine.txt") == "1\n");
  folder.write("named.json", with_path("${to}"));
  folder.write("named.txt", "old");
  CHECK(run_flowrun(folder, {"run", "named.json", "--in", "to=named.txt", "--case-name", "a", "--out", "p"}).status == 0);
  CHECK(folder.read("named.txt") == "1\n");
}
