// Nodes whose firings run in processes of their own.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "flowrun_process.h"
#include "support/needs.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

std::string graph_with(const std::string& run, const std::string& more = "") {
  return R"({ "format": 1, "name": "isolated", "inputs": { "value": { "type": "number" }, "how": { "type": "string", "default": "" } }, "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "bad": { "type": "crashtest.misbehave", "inputs": { "volume": "make.volume" }, "params": { "how": "${how}" }, "run": )" +
         run + R"( },
    "write": { "type": "clitest.write", "inputs": { "volume": "bad.volume" }, "params": { "path": "${out}/${case}.txt" } })" +
         more + " } }";
}

Ended run_cases(const TempFolder& folder, const std::string& table, std::vector<std::string> more = {}) {
  folder.write("cases.csv", "case,value,how\n" + table);
  std::vector<std::string> words{"run",   "graph.json", "--cases",       "cases.csv",
                                 "--out", "o",          "--plugin-path", FLOWRUN_CRASH_PLUGINS};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

/// Folders of packets that firings left in shared memory.
std::ptrdiff_t left_in_shared_memory() {
  std::error_code unknown;
  return std::count_if(
      fs::directory_iterator("/dev/shm", unknown), fs::directory_iterator(),
      [](const fs::directory_entry& entry) { return entry.path().filename().string().starts_with("flowrun-firing-"); });
}

}  // namespace

TEST_CASE("flowrun run: an isolated node that crashes, hangs or eats memory fails its case, and the others are done") {
  const TempFolder folder;
  folder.write("graph.json", graph_with(R"({ "isolate": true, "timeout": 3, "memory": 512 })"));
  std::string table;
  for (int i = 1; i <= 20; ++i)
    table += "c" + std::to_string(i) + "," + std::to_string(i) + "," +
             (i == 3    ? "segv"
              : i == 9  ? "spin"
              : i == 15 ? "eat"
                        : "") +
             "\n";
  const std::ptrdiff_t before = left_in_shared_memory();
  const Ended ended = run_cases(folder, table);
  INFO(ended.err);
  CHECK(ended.status == 1);
  for (int i = 1; i <= 20; ++i) {
    const bool bad = i == 3 || i == 9 || i == 15;
    CHECK(folder.has("o/c" + std::to_string(i) + ".txt") == !bad);
    if (!bad) CHECK(folder.read("o/c" + std::to_string(i) + ".txt") == std::to_string(i) + "\n");
  }
  CHECK(contains(
      ended.err,
      "case 'c3': node 'bad' (crashtest.misbehave, plugin crashtest): the process of its firing crashed (Segmentation fault)"));
  CHECK(contains(ended.err, "the process of its firing did not end within the 'timeout' of 3 s and was ended"));
  CHECK(left_in_shared_memory() <= before);
  // The right ones stay done.
  const Ended again = run_cases(folder, table, {"--resume"});
  CHECK(contains(again.err, "3 to run again"));
}

TEST_CASE("flowrun run: an isolated node that eats memory is distinguished from one that hangs" * doctest::test_suite("needs a plain build")) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return could_not_run("a sanitizer needs more memory than the limit, and reaches it slowly");
#else
  const TempFolder folder;
  folder.write("graph.json", graph_with(R"({ "isolate": true, "timeout": 60, "memory": 512 })"));
  const Ended ended = run_cases(folder, "a,1,\nb,2,eat\n");
  INFO(ended.err);
  CHECK(ended.status == 1);
  CHECK(folder.has("o/a.txt"));
  CHECK(contains(ended.err, "case 'b': node 'bad'"));
  CHECK(contains(ended.err, "it needed more memory than the 'memory' of its 'run' allows, or than there is"));
#endif
}

TEST_CASE("flowrun run: packets that a killed run left in shared memory are removed, those of a running one stay") {
  const auto make = [](const std::string& name) {
    const fs::path path = "/dev/shm/flowrun-firing-" + name + std::to_string(::getpid());
    fs::create_directories(path);
    std::ofstream(path / "0-volume.packet") << "somebody's image";
    std::ofstream(path / "lock");
    return path;
  };
  if (!fs::is_directory("/dev/shm")) return;
  const fs::path left = make("left"), running = make("running");
  const int lock = ::open((running / "lock").c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(lock, LOCK_EX | LOCK_NB) == 0);
  const TempFolder folder;
  folder.write("graph.json", graph_with(R"({ "isolate": true })"));
  CHECK(run_cases(folder, "a,1,\n").status == 0);
  CHECK_FALSE(fs::exists(left));
  CHECK(fs::exists(running / "0-volume.packet"));
  ::close(lock);
  fs::remove_all(running);
}

TEST_CASE("flowrun run: what an isolated node does otherwise is as in flowrun's own process") {
  const TempFolder folder;
  folder.write("graph.json", graph_with(R"({ "isolate": true })"));
  const Ended ended = run_cases(folder, "a,1,\nb,2,exit\nc,3,forge\nd,4,number\ne,5,abort\n");
  INFO(ended.err);
  CHECK(ended.status == 1);
  CHECK(folder.read("o/a.txt") == "1\n");
  CHECK(contains(ended.err, "the process of its firing ended the process (exit status 0)"));
  CHECK(contains(ended.err, "warned x"));
  CHECK(contains(ended.err, "thrown x"));
  CHECK(contains(ended.err, "the node threw something that is no std::exception"));
  CHECK(contains(ended.err, "the process of its firing aborted the process"));
  const Ended replayed =
      run_flowrun(folder, {"replay", "e", "--results", "o", "--plugin-path", FLOWRUN_CRASH_PLUGINS, "--out", "again"});
  CHECK(replayed.status != 0);
}

TEST_CASE("flowrun validate: isolation is for nodes of plugins with one output for one input, and limits need it") {
  const TempFolder folder;
  const auto refusal = [&](const std::string& run, const std::string& more = "") {
    folder.write("graph.json", graph_with(run, more));
    return run_flowrun(folder, {"validate", "graph.json", "--plugin-path", FLOWRUN_CRASH_PLUGINS}).err;
  };
  CHECK(contains(refusal(R"({ "timeout": 3 })"),
                 "'timeout' and 'memory' are limits of a process of its own; add \"isolate\": true"));
  CHECK(contains(refusal("{}", R"(, "sum": { "type": "clitest.sum", "inputs": { "volumes": "make.volume" },
    "params": { "path": "${out}/sum.txt" }, "run": { "isolate": true } })"),
                 "and clitest.sum collects items"));
  CHECK(contains(refusal(R"({ "isolate": true, "memory": 63 })"), "64"));
  CHECK(refusal(R"({ "isolate": true, "memory": 64, "timeout": 1 })").empty());
}
