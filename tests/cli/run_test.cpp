#include <doctest/doctest.h>

#include <csignal>

#include "flowrun_process.h"
#include "graph_texts.h"
#include "support/needs.h"

using namespace flowrun::testing;

TEST_CASE("flowrun run: one case is named after the graph and written to --out") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended = run_flowrun(folder, {"run", "value.json", "--out", "results"});
  CHECK(ended.status == 0);
  CHECK(folder.read("results/value_value.txt") == "7\n");
  CHECK(contains(ended.out, "value: 1 of 1 case done"));
  CHECK(contains(ended.out, "clitest.make"));
  CHECK(contains(ended.out, "FIGURES (case, node)\n  value  make  value  7\n"));
  CHECK(contains(ended.out, "peak memory: "));
  CHECK(contains(ended.out, "results/value_value.txt\n"));
  CHECK(folder.has("results/flowrun-run.json"));
}

TEST_CASE("flowrun run: --in, --set and --case-name reach the nodes") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended ended =
      run_flowrun(folder, {"run", "value.json", "--in", "value=3.5", "--set", "suffix=s", "--case-name", "p01", "--out", "o"});
  CHECK(ended.status == 0);
  CHECK(folder.read("o/p01_s.txt") == "3.5\n");
  const Ended node = run_flowrun(folder, {"run", "value.json", "--set", "make.value=9", "--out", "o"});
  CHECK(node.status == 0);
  CHECK(folder.read("o/value_value.txt") == "9\n");
}

TEST_CASE("flowrun run: a table of cases runs them all, and one that fails leaves the others done") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,-2\nc,3\n");
  const Ended ended = run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o"});
  CHECK(ended.status == 1);
  CHECK(folder.read("o/a_value.txt") == "1\n");
  CHECK_FALSE(folder.has("o/b_value.txt"));
  CHECK(folder.read("o/c_value.txt") == "3\n");
  CHECK(contains(ended.out, "2 of 3 cases done, 1 failed"));
  CHECK(contains(ended.err, "flowrun: error: case 'b': node 'make' (clitest.make, plugin clitest"));
  CHECK(contains(ended.err, "must not be negative"));
}

TEST_CASE("flowrun run: --quiet says only what failed") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const Ended good = run_flowrun(folder, {"run", "value.json", "--quiet"});
  CHECK(good.status == 0);
  CHECK(good.out.empty());
  CHECK(good.err.empty());
  CHECK(folder.has("out/value_value.txt"));
  const Ended bad = run_flowrun(folder, {"run", "value.json", "--quiet", "--in", "value=-1"});
  CHECK(bad.status == 1);
  CHECK(bad.out.empty());
  CHECK(contains(bad.err, "must not be negative"));
}

TEST_CASE("flowrun run: --fail-fast starts no case after the failing one") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,-1\nb,2\nc,3\n");
  const Ended ended =
      run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--fail-fast", "--cases-in-flight", "1", "--out", "o"});
  CHECK(ended.status == 1);
  CHECK_FALSE(folder.has("o/c_value.txt"));
  CHECK(contains(ended.out, "0 of 3 cases done"));
}

TEST_CASE("flowrun run: --dry-run lists the cases and their files and makes nothing") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
  const Ended ended = run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--dry-run", "--out", "o"});
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "graph value: 2 nodes, 2 cases; nothing is run"));
  CHECK(contains(ended.out, "CASE a\n  writes  o/a_value.txt  (write)\n"));
  CHECK_FALSE(folder.has("o"));
}

TEST_CASE("flowrun run: --trace writes a Chrome trace with the firings") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  CHECK(run_flowrun(folder, {"run", "value.json", "--trace", "trace.json", "--quiet"}).status == 0);
  CHECK(contains(folder.read("trace.json"), "traceEvents"));
  CHECK(contains(folder.read("trace.json"), "make"));
}

TEST_CASE("flowrun run: everything wrong is said at once, before anything runs") {
  const TempFolder folder;
  std::string graph = kFileGraph;
  graph.replace(graph.find("clitest.write"), 13, "clitest.wrote");
  folder.write("wrong.json", graph);
  folder.write("blocker", "a file");
  const Ended ended = run_flowrun(
      folder, {"run", "wrong.json", "--in", "imge=x.nii", "--set", "colour", "--threads", "none", "--out", "blocker/o"});
  CHECK(ended.status == 2);
  CHECK(ended.out.empty());
  CHECK(contains(ended.err, "did you mean 'clitest.write'?"));
  CHECK(contains(ended.err, "--in: graph 'file' has no input 'imge'; did you mean 'image'?"));
  CHECK(contains(ended.err, "--set takes name=value, not 'colour'"));
  CHECK(contains(ended.err, "--threads takes a whole number from 1 to 1024, not 'none'"));
  CHECK(contains(ended.err, "is a file, not a folder"));
  CHECK(contains(ended.err, "nothing was run: "));
}

TEST_CASE("flowrun run: an input that is missing, or whose file is, stops before the start") {
  const TempFolder folder;
  folder.write("file.json", kFileGraph);
  const Ended missing = run_flowrun(folder, {"run", "file.json"});
  CHECK(missing.status == 2);
  CHECK(contains(missing.err, "image"));
  const Ended no_file = run_flowrun(folder, {"run", "file.json", "--in", "image=nowhere.nii"});
  CHECK(no_file.status == 2);
  CHECK(contains(no_file.err, "nowhere.nii"));
  CHECK_FALSE(folder.has("out"));
}

TEST_CASE("flowrun run: the phantom is segmented and drawn" * doctest::test_suite("needs plugins")) {
  if (!phantom_plugins_are_built())
    return flowrun::testing::could_not_run("the plugins phantom, intensity, segment and view are not all built");
  const TempFolder folder;
  folder.write("bright.json", kPhantomGraph);
  folder.write("cases.csv", "case,seed\nfirst,1\nsecond,2\n");
  const Ended ended = run_flowrun(folder, {"run", "bright.json", "--cases", "cases.csv"});
  CHECK(ended.status == 0);
  CHECK(folder.read("out/first.png").starts_with("\x89PNG"));
  CHECK(folder.read("out/second.png").starts_with("\x89PNG"));
  CHECK(folder.read("out/first.png") != folder.read("out/second.png"));
}

TEST_CASE("flowrun run: the first interrupt lets the running case finish and starts no other") {
  const TempFolder folder;
  folder.write("waiting.json", kWaitGraph);
  const Ended ended = interrupted_in_first_case(folder, "waiting.json", SIGINT);
  CHECK(ended.status == 3);
  CHECK(folder.read("o/a.txt") == "1\n");
  CHECK_FALSE(folder.has("o/b.begun"));
  CHECK(contains(ended.out, "1 of 2 cases done, 1 not started"));
  CHECK(folder.has("o/flowrun-run.json"));
}

TEST_CASE("flowrun run: the second interrupt ends the running case") {
  const TempFolder folder;
  folder.write("waiting.json", kWaitGraph);
  FlowrunProcess process(folder, {"run", "waiting.json", "--case-name", "a", "--out", "o"});
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  process.send(SIGTERM);
  REQUIRE(process.wait_for_message("interrupted: no new cases start"));
  process.send(SIGINT);
  const Ended ended = process.end();
  CHECK(ended.status == 3);
  CHECK_FALSE(folder.has("o/a.txt"));
  CHECK(contains(ended.err, "the run ends now"));
  CHECK(contains(ended.out, "0 of 1 case done, 1 cancelled"));
}
