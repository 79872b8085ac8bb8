#include <doctest/doctest.h>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

/// A case whose node 'write' fails: its path is a folder.
const std::string kFailing = R"({"format": 1, "name": "failing", "inputs": {"value": {"type": "number", "default": 4}}, "nodes": {
  "make": {"type": "clitest.make", "params": {"value": "${value}"}},
  "write": {"type": "clitest.write", "inputs": {"volume": "make.volume"}, "params": {"path": "${out}/${case}"}}}})";

Ended run_failing(const TempFolder& folder, const std::vector<std::string>& more = {}) {
  folder.write("failing.json", kFailing);
  fs::create_directories(folder.path() / "o/p1");
  std::vector<std::string> words{"run", "failing.json", "--case-name", "p1", "--out", "o"};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

}  // namespace

TEST_CASE("flowrun replay: runs the failed node alone on the packets that it had") {
  const TempFolder folder;
  CHECK(run_failing(folder).status == 1);
  CHECK(folder.has("o/flowrun/replay/p1/0-volume.packet"));
  CHECK(contains(folder.read("o/flowrun/cases/p1.json"), "\"replay\": \"flowrun/replay/p1\""));
  // Elsewhere the path is no folder, so the node is done now.
  const Ended done = run_flowrun(folder, {"replay", "o/flowrun/cases/p1.json", "--out", "again"});
  CHECK(done.status == 0);
  CHECK(folder.read("again/p1") == "4\n");
  CHECK(contains(done.out, "replay: node 'write' (clitest.write) of case 'p1', which failed in process\n"));
  CHECK(contains(done.out, "the node is done, in "));
  fs::create_directories(folder.path() / "blocked/p1");
  const Ended failed = run_flowrun(folder, {"replay", "p1", "--results", "o", "--out", "blocked"});
  CHECK(failed.status == 1);
  CHECK(contains(failed.err, "node 'write' (clitest.write, plugin clitest): cannot write 'blocked/p1': it is a folder"));
  CHECK(contains(failed.out, "it failed again, for the same reason"));  // the file has another folder
}

TEST_CASE("flowrun replay: a node without inputs fails again for the same reason") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  CHECK(run_flowrun(folder, {"run", "value.json", "--in", "value=-3", "--case-name", "x", "--out", "o"}).status == 1);
  const Ended failed = run_flowrun(folder, {"replay", "o/flowrun/replay/x"});
  CHECK(failed.status == 1);
  CHECK(contains(failed.out, "it failed again, for the same reason"));
  CHECK(contains(failed.err, "must not be negative"));
}

TEST_CASE("flowrun replay: says when no packets were kept, and what was damaged") {
  const TempFolder folder;
  run_failing(folder, {"--no-replay"});
  CHECK_FALSE(folder.has("o/flowrun/replay/p1"));
  const Ended none = run_flowrun(folder, {"replay", "p1", "--results", "o"});
  CHECK(none.status == 2);
  CHECK(contains(none.err, "no packets were kept of case 'p1': it was run with --no-replay"));
  CHECK(contains(run_failing(folder, {"--replay-limit", "10"}).err, "the packets of case 'p1' are not kept for replay"));
  CHECK(contains(run_failing(folder, {"--replay-limit", "ten"}).err,
                 "--replay-limit takes a number of bytes as 500M or 2G, not 'ten'"));
  for (const char* text : {"5Q", "1k", "5 ", "1MB"})
    CHECK(contains(run_failing(folder, {"--replay-limit", text}).err, "--replay-limit takes a number of bytes as 500M or 2G"));
  run_failing(folder);
  const std::string packet = "o/flowrun/replay/p1/0-volume.packet";
  folder.write(packet, folder.read(packet).substr(0, folder.read(packet).size() - 3));
  CHECK(contains(run_flowrun(folder, {"replay", "p1", "--results", "o"}).err,
                 "0-volume.packet' is not a packet: its data are cut"));
  fs::remove(folder.path() / packet);
  CHECK(contains(run_flowrun(folder, {"replay", "p1", "--results", "o"}).err, "is not a packet: it cannot be read: No such file or directory"));
  folder.write("o/flowrun/replay/p1/replay.json", "[]");
  CHECK(contains(run_flowrun(folder, {"replay", "p1", "--results", "o"}).err, "does not describe a failed firing"));
  CHECK(contains(run_flowrun(folder, {"replay", "p9", "--results", "o"}).err, "'p9' is neither a record nor a folder"));
}
