// flowrun watch: what it looks at, and how it ends.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "bounded_end.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

bool wait_until(const std::function<bool()>& is_so) {
  for (int i = 0; i < 1200; ++i) {
    if (is_so()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

bool wait_for_text(const TempFolder& folder, const std::string& file, const std::string& text) {
  return wait_until([&] { return folder.read(file) == text; });
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// How often watch has said that a run has ended: well or with faults.
bool wait_for_runs(const TempFolder& folder, const std::string& how, int runs) {
  return wait_until([&] { return count(folder.read("stderr.txt"), how) >= runs; });
}

const std::string kWell = "done; watching", kFaulty = "the last good results stay (exit status 2)";

std::string inner_graph(int value) {
  return R"({"format": 1, "name": "inner", "nodes": {"make": {"type": "clitest.make", "params": {"value": )" +
         std::to_string(value) + R"(}}}, "outputs": {"volume": "make.volume"}})";
}

const std::string kOuterGraph = R"({"format": 1, "name": "outer", "nodes": {
  "inner": {"type": "graph:parts/inner.json"},
  "write": {"type": "clitest.write", "inputs": {"volume": "inner.volume"}, "params": {"path": "${out}/${case}.txt"}}}})";

/// Waits in each case, for a parameter that can be swept.
const std::string kWaitParameterGraph =
    R"({"format": 1, "name": "waits", "parameters": {"value": {"type": "number", "default": 1}},
  "nodes": {"make": {"type": "clitest.make", "params": {"value": "${value}"}},
    "wait": {"type": "clitest.wait", "inputs": {"volume": "make.volume"},
             "params": {"begun": "${out}/${case}.begun", "release": "${out}/${case}.release"}},
    "write": {"type": "clitest.write", "inputs": {"volume": "wait.volume"}, "params": {"path": "${out}/${case}.txt"}}}})";

/// Asks watch to end while its run is in a case, which may finish.
Ended ended_in_case(const TempFolder& folder, const Words& words, const std::string& in_case, int signal) {
  FlowrunProcess watch(folder, words);
  REQUIRE(wait_for_file(folder.path() / (in_case + ".begun")));
  watch.send(signal);
  REQUIRE(watch.wait_for_message("interrupted: no new cases start"));
  folder.write(in_case + ".release", "");
  return end_or_kill(watch);
}

}  // namespace

TEST_CASE("flowrun watch: an edit of a subgraph is seen, and its end and its return, also where it was missing or broken") {
  const TempFolder folder;
  folder.write("outer.json", kOuterGraph);
  FlowrunProcess watch(folder, {"watch", "outer.json", "--case-name", "a", "--out", "o"});
  REQUIRE(wait_for_runs(folder, kFaulty, 1));
  folder.write("parts/inner.json", inner_graph(3));
  CHECK(wait_for_text(folder, "o/a.txt", "3\n"));
  folder.write("parts/inner.json", inner_graph(4));
  CHECK(wait_for_text(folder, "o/a.txt", "4\n"));
  fs::remove(folder.path() / "parts/inner.json");
  REQUIRE(wait_for_runs(folder, kFaulty, 2));
  folder.write("parts/inner.json", inner_graph(5));
  CHECK(wait_for_text(folder, "o/a.txt", "5\n"));
  folder.write("parts/inner.json", "{");
  REQUIRE(wait_for_runs(folder, kFaulty, 3));
  folder.write("parts/inner.json", inner_graph(6));
  CHECK(wait_for_text(folder, "o/a.txt", "6\n"));
}

TEST_CASE("flowrun watch: the first request to end reaches its run, whose case finishes; then it ends with status 3") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    const TempFolder folder;
    folder.write("waits.json", kWaitGraph);
    folder.write("cases.csv", "case,value\na,1\nb,2\n");
    const Ended ended = ended_in_case(
        folder, {"watch", "waits.json", "--cases", "cases.csv", "--cases-in-flight", "1", "--out", "o"}, "o/a", signal);
    CHECK(ended.status == 3);
    CHECK(folder.read("o/a.txt") == "1\n");
    CHECK_FALSE(folder.has("o/b.begun"));
  }
}

TEST_CASE("flowrun watch: ended in the last case, or in a variant of a sweep, it does not continue") {
  const TempFolder folder;
  folder.write("waits.json", kWaitParameterGraph);
  const Words words{"watch", "waits.json", "--case-name", "a", "--out", "o"};
  CHECK(ended_in_case(folder, words, "o/a", SIGINT).status == 3);
  CHECK(folder.read("o/a.txt") == "1\n");
  CHECK_FALSE(contains(folder.read("stderr.txt"), kWell));
  const Words sweep{"watch", "waits.json", "--case-name", "a", "--out", "s", "--sweep", "value=1,2"};
  CHECK(ended_in_case(folder, sweep, "s/value=1/a", SIGINT).status == 3);
  CHECK(folder.read("s/value=1/a.txt") == "1\n");
  CHECK_FALSE(folder.has("s/value=2"));
}

TEST_CASE("flowrun watch: while it waits for an edit, a request to end ends it with status 3") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const TempFolder folder;
    folder.write("value.json", kValueGraph);
    FlowrunProcess watch(folder, {"watch", "value.json", "--out", "o"});
    REQUIRE(watch.wait_for_message(kWell));
    watch.send(signal);
    CHECK(end_or_kill(watch).status == 3);
  }
}

TEST_CASE("flowrun watch: where it is killed, its run ends too and gives the output folder free") {
  const TempFolder folder;
  folder.write("waits.json", kWaitParameterGraph);
  folder.write("value.json", kValueGraph);
  FlowrunProcess watch(folder, {"watch", "waits.json", "--case-name", "a", "--out", "o"});
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  watch.send(SIGKILL);
  CHECK(watch.end().signal == SIGKILL);
  CHECK(wait_until([&] { return run_flowrun(folder, {"run", "value.json", "--out", "o"}).status == 0; }));
}

TEST_CASE("flowrun watch: an output folder that another run has is waited for") {
  const TempFolder folder, other;
  folder.write("value.json", kValueGraph);
  other.write("waits.json", kWaitParameterGraph);
  const std::string out = (folder.path() / "o").string();
  FlowrunProcess first(other, {"run", "waits.json", "--case-name", "a", "--out", out});
  REQUIRE(wait_for_file(folder.path() / "o/a.begun"));
  FlowrunProcess watch(folder, {"watch", "value.json", "--out", out});
  REQUIRE(watch.wait_for_message("; this run begins when it has ended"));
  folder.write("o/a.release", "");
  CHECK(first.end().status == 0);
  REQUIRE(watch.wait_for_message(kWell));
  CHECK(folder.read("o/value_value.txt") == "7\n");
  CHECK(count(folder.read("stderr.txt"), "is in use by another flowrun") == 1);
}

TEST_CASE("flowrun watch: new files that fit a pattern of cases are run, also where there were none") {
  const TempFolder folder;
  folder.write("file.json", kFileGraph);
  fs::create_directories(folder.path() / "c");
  FlowrunProcess watch(folder, {"watch", "file.json", "--cases", "c/{case}.img", "--out", "o"});
  REQUIRE(wait_for_runs(folder, kFaulty, 1));
  folder.write("c/a.img", "1");
  CHECK(wait_for_file(folder.path() / "o/a.txt"));
  folder.write("c/b.img", "1");
  CHECK(wait_for_file(folder.path() / "o/b.txt"));
}

TEST_CASE("flowrun watch: a new session of a BIDS data set is run") {
  const TempFolder folder;
  folder.write("two.json", kTwoFilesGraph);
  const auto add = [&](const std::string& subject) {
    for (const char* suffix : {"T1w", "FLAIR"})
      folder.write("study/sub-" + subject + "/anat/sub-" + subject + "_" + suffix + ".nii.gz", "image");
  };
  add("01");
  FlowrunProcess watch(folder, {"watch", "two.json", "--bids", "study", "--out", "o"});
  REQUIRE(wait_for_runs(folder, kWell, 1));
  add("02");
  CHECK(wait_until([&] { return contains(folder.read("o/cases.csv"), "sub-02,done"); }));
}

TEST_CASE("flowrun watch: its help leaves out what it refuses") {
  const TempFolder folder;
  const Ended help = run_flowrun(folder, {"watch", "--help"});
  CHECK(help.status == 0);
  CHECK_FALSE(contains(help.out, "  --resume"));
  CHECK_FALSE(contains(help.out, "  --dry-run"));
  CHECK(contains(help.out, "  --sweep"));
  folder.write("value.json", kValueGraph);
  CHECK(contains(run_flowrun(folder, {"watch", "value.json", "--resume"}).err, "leave --resume and --dry-run out"));
}
