#include <doctest/doctest.h>

#include <csignal>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// Three cases of which all succeed.
void write_three(const TempFolder& folder) {
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\nc,3\n");
}

Ended run_three(const TempFolder& folder, const Words& more = {}) {
  Words words{"run", "value.json", "--cases", "cases.csv", "--out", "o"};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

bool has_temporaries(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (contains(entry.path().filename().string(), ".tmp-")) return true;
  return false;
}

}  // namespace

TEST_CASE("flowrun run: each case leaves a record with its outputs, and the run one of its own") {
  const TempFolder folder;
  write_three(folder);
  CHECK(run_three(folder).status == 0);
  for (const std::string name : {"a", "b", "c"}) {
    const std::string record = folder.read("o/flowrun/cases/" + name + ".json");
    CHECK(contains(record, "\"status\": \"done\""));
    CHECK(contains(record, "\"path\": \"" + name + "_value.txt\""));
    CHECK(contains(record, "\"attempt\": 1"));
  }
  // SHA-256 of "1\n"
  CHECK(contains(folder.read("o/flowrun/cases/a.json"), "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"));
  CHECK(contains(folder.read("o/flowrun/run.json"), "\"status\": \"done\""));
  CHECK_FALSE(has_temporaries(folder.path() / "o"));
}

TEST_CASE("flowrun run --resume: nothing runs when nothing has changed") {
  const TempFolder folder;
  write_three(folder);
  run_three(folder);
  const std::string before = folder.read("o/flowrun/cases/b.json");
  const Ended again = run_three(folder, {"--resume"});
  CHECK(again.status == 0);
  CHECK(contains(again.out, "nothing to run: all 3 cases were done before, and unchanged"));
  CHECK(folder.read("o/flowrun/cases/b.json") == before);
  const Ended plain = run_three(folder);
  CHECK(contains(plain.err, "3 of 3 cases ran before into 'o', and will be replaced; --resume keeps what is done and unchanged"));
  CHECK(contains(folder.read("o/flowrun/cases/b.json"), "\"attempt\": 2"));
}

TEST_CASE("flowrun run --resume: a case runs again with the reason, the others do not") {
  const TempFolder folder;
  write_three(folder);
  run_three(folder);
  const auto reason = [&](const Words& more = {}) {
    Words words{"--resume"};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = run_three(folder, words);
    CHECK(ended.status == 0);
    return ended.err;
  };
  fs::remove(folder.path() / "o/b_value.txt");
  CHECK(contains(reason(),
                 "2 cases done before and unchanged, 0 not yet run, 1 to run again\n"
                 "  runs again: b\n    output 'b_value.txt' is missing\n"));
  CHECK(folder.read("o/b_value.txt") == "2\n");
  folder.write("o/c_value.txt", "9\n");
  CHECK(contains(reason(), "  runs again: c\n    output 'c_value.txt' is not as it was written\n"));
  CHECK(folder.read("o/c_value.txt") == "3\n");
  folder.write("cases.csv", "case,value\na,5\nb,2\nc,3\nd,4\n");
  CHECK(contains(reason(),
                 "2 cases done before and unchanged, 1 not yet run, 1 to run again\n"
                 "  runs again: a\n    input 'value' changed from 1 to 5\n"));
  CHECK(folder.read("o/a_value.txt") == "5\n");
  CHECK(folder.read("o/d_value.txt") == "4\n");
  CHECK(contains(reason({"--set", "write.repeat=2"}),
                 "  run again: a, b, c, d\n    parameter 'repeat' of node 'write' changed from 1 to 2\n"));
  CHECK(folder.read("o/b_value.txt") == "2\n2\n");
  folder.write("o/flowrun/cases/a.json", "{");
  CHECK(contains(reason({"--set", "write.repeat=2"}), "  runs again: a\n    'o/flowrun/cases/a.json' is not a case's record"));
}

TEST_CASE("flowrun run --resume: an input is looked at by its content, and touching it changes nothing") {
  const TempFolder folder;
  folder.write("file.json", kFileGraph);
  folder.write("cases.csv", "case,image\na,a.img\nb,b.img\n");
  folder.write("a.img", "one");
  folder.write("b.img", "two");
  const Words words{"run", "file.json", "--cases", "cases.csv", "--out", "o", "--resume"};
  CHECK(run_flowrun(folder, words).status == 0);
  fs::last_write_time(folder.path() / "a.img", fs::file_time_type::clock::now() + std::chrono::hours(1));
  CHECK(contains(run_flowrun(folder, words).out, "nothing to run"));
  folder.write("a.img", "own");
  const Ended ended = run_flowrun(folder, words);
  CHECK(contains(ended.err, "1 case done before and unchanged, 0 not yet run, 1 to run again\n"
                            "  runs again: a\n    input 'image' changed\n"));
  CHECK(contains(ended.out, "2 of 2 cases done (1 of them earlier)"));
  CHECK(contains(folder.read("o/flowrun-run.json"), "\"earlier\": true"));
}

TEST_CASE("flowrun run --resume: what failed is tried again; --retry-failed runs nothing else") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,-2\nc,3\n");
  CHECK(run_three(folder).status == 1);
  const Ended again = run_three(folder, {"--resume"});
  CHECK(again.status == 1);
  CHECK(contains(again.err, "  runs again: b\n    it failed last time in node 'make'\n"));
  CHECK(contains(again.out, "2 of 3 cases done (2 of them earlier), 1 failed"));
  folder.write("cases.csv", "case,value\na,1\nb,2\nc,4\n");
  const Ended retried = run_three(folder, {"--retry-failed"});
  CHECK(retried.status == 0);
  CHECK(contains(retried.out, "1 of 1 case done"));
  CHECK(folder.read("o/b_value.txt") == "2\n");
  CHECK(folder.read("o/c_value.txt") == "3\n");
  CHECK(contains(run_three(folder, {"--retry-failed"}).out, "nothing to run: no case failed last time"));
}

TEST_CASE("flowrun run --retry-failed: cases that never ran keep their rows, are counted, and the exit status is 1") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\nd,1\nb,-1\na,4\nc,3\n");
  CHECK(run_three(folder, {"--only", "d,b,a"}).status == 1);
  CHECK(run_three(folder, {"--only", "a"}).status == 0);
  const auto order = [&] {
    std::string names;
    for (std::size_t at = folder.read("o/cases.csv").find('\n'); at != std::string::npos;
         at = folder.read("o/cases.csv").find('\n', at + 1))
      names += folder.read("o/cases.csv").substr(at + 1, 1);
    return names;
  };
  CHECK(order() == "dba");  // that of the table, whichever ran last
  folder.write("cases.csv", "case,value\nd,1\nb,2\na,4\nc,3\n");
  const Ended retried = run_three(folder, {"--retry-failed"});
  CHECK(retried.status == 1);
  CHECK(contains(retried.err, "1 case has not run yet, and --retry-failed runs those that failed; --resume runs what is missing"));
  CHECK(order() == "dbac");
  const Ended none = run_three(folder, {"--retry-failed"});
  CHECK(none.status == 1);
  CHECK(contains(none.out, "nothing to run: no case failed last time"));
  CHECK(contains(none.err, "1 case has not run yet"));
  CHECK(run_three(folder, {"--resume"}).status == 0);
  CHECK(run_three(folder, {"--retry-failed"}).status == 0);
}

TEST_CASE("flowrun run --only: names and patterns choose cases, and one that fits none is said") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\np01,1\np02,2\nq01,3\n");
  CHECK(run_three(folder, {"--only", "p*"}).status == 0);
  CHECK(folder.has("o/p01_value.txt"));
  CHECK(folder.has("o/p02_value.txt"));
  CHECK_FALSE(folder.has("o/q01_value.txt"));
  const Ended wrong = run_three(folder, {"--only", "q01,p03"});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "--only 'p03' fits no case; did you mean 'p01'?"));
}

TEST_CASE("flowrun run --resume: a node that takes all cases gets them all, or nothing runs") {
  const TempFolder folder;
  folder.write("sum.json", kSumGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
  const Words words{"run", "sum.json", "--cases", "cases.csv", "--out", "o", "--resume"};
  const Ended first = run_flowrun(folder, words);
  CHECK(first.status == 0);
  CHECK(folder.read("o/sum.txt") == "3.000000\n");
  CHECK(contains(first.out, "OUTPUTS\n  o/sum.txt\n  o/a.txt\n  o/b.txt\n"));  // the run's file stands once
  CHECK(contains(folder.read("o/flowrun-run.json"), "\"all.sum\": 3"));
  CHECK(contains(run_flowrun(folder, words).out, "nothing to run"));
  fs::remove(folder.path() / "o/b.txt");
  const Ended again = run_flowrun(folder, words);
  CHECK(contains(again.err, "    node 'all' takes all cases, so the graph runs for all of them\n"));
  CHECK(contains(again.out, "2 of 2 cases done in"));
  fs::remove(folder.path() / "o/sum.txt");
  CHECK(contains(run_flowrun(folder, words).err, "so the graph runs for all of them (output 'sum.txt' is missing)"));
  CHECK(folder.read("o/sum.txt") == "3.000000\n");
  const Ended retry = run_flowrun(folder, {"run", "sum.json", "--cases", "cases.csv", "--out", "o", "--retry-failed"});
  CHECK(retry.status == 2);
  CHECK(contains(retry.err, "--retry-failed cannot run this graph: node 'all' takes all cases of a run; use --resume"));
}

TEST_CASE("flowrun run --dry-run --resume: says what would run, and writes nothing") {
  const TempFolder folder;
  write_three(folder);
  run_three(folder, {"--only", "a"});
  const auto before = fs::last_write_time(folder.path() / "o/flowrun");
  const Ended look = run_three(folder, {"--resume", "--dry-run"});
  CHECK(look.status == 0);
  CHECK(contains(look.err, "1 case done before and unchanged, 2 not yet run"));
  CHECK_FALSE(contains(look.out, "CASE a\n"));
  CHECK(contains(look.out, "CASE b\n"));
  CHECK(fs::last_write_time(folder.path() / "o/flowrun") == before);
}

TEST_CASE("flowrun run: a second run on one output folder is refused, and told who has it; --dry-run may look") {
  const TempFolder folder, other;
  folder.write("waiting.json", kWaitGraph);
  const std::string graph = (folder.path() / "waiting.json").string(), out = (folder.path() / "o").string();
  FlowrunProcess first(folder, {"run", "waiting.json", "--case-name", "a", "--out", "o"});
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  const Ended second = run_flowrun(other, {"run", graph, "--case-name", "b", "--out", out});
  CHECK(second.status == 2);
  CHECK(contains(second.err, "the output folder '" + out + "' is in use by another flowrun (process "));
  CHECK(contains(second.err, ": flowrun run waiting.json); wait until it has ended, or choose another --out"));
  CHECK(run_flowrun(other, {"run", graph, "--case-name", "b", "--out", out, "--dry-run"}).status == 0);
  first.send(SIGKILL);
  first.end();
  folder.write("o/b.release", "");
  CHECK(run_flowrun(other, {"run", graph, "--case-name", "b", "--out", out}).status == 0);  // the lock went with its process
}

TEST_CASE("flowrun run: an input that vanishes fails its case, and the others go on") {
  const TempFolder folder;
  folder.write("vanish.json", R"({"format": 1, "name": "vanish", "inputs": {"image": {"type": "path"}}, "nodes": {
    "make": {"type": "clitest.make", "params": {"file": "${image}"}},
    "wait": {"type": "clitest.wait", "inputs": {"volume": "make.volume"},
             "params": {"begun": "${out}/${case}.begun", "release": "${out}/${case}.release"}},
    "write": {"type": "clitest.write", "inputs": {"volume": "wait.volume"}, "params": {"path": "${out}/${case}.txt"}}}})");
  folder.write("cases.csv", "case,image\na,a.img\nb,b.img\nc,c.img\n");
  for (const std::string name : {"a.img", "b.img", "c.img"}) folder.write(name, "x");
  FlowrunProcess process(folder, {"run", "vanish.json", "--cases", "cases.csv", "--cases-in-flight", "1", "--out", "o"});
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  fs::remove(folder.path() / "b.img");
  for (const std::string name : {"a", "b", "c"}) folder.write("o/" + name + ".release", "");
  const Ended ended = process.end();
  CHECK(ended.status == 1);
  CHECK(contains(ended.out, "2 of 3 cases done, 1 failed"));
  CHECK(contains(ended.err, "case 'b': node 'make' (clitest.make, plugin clitest): cannot read '"));
}
