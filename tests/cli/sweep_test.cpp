// Sweeps: how they end before their last variant, and what no two variants may share.
#include <doctest/doctest.h>

#include <csignal>

#include "bounded_end.h"
#include "kept_setting.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

const std::string kWaitGraphOfParameter = R"({"format": 1, "name": "waits",
  "parameters": {"value": {"type": "number", "default": 1}},
  "nodes": {"make": {"type": "clitest.make", "params": {"value": "${value}"}},
    "wait": {"type": "clitest.wait", "inputs": {"volume": "make.volume"},
             "params": {"begun": "${out}/${case}.begun", "release": "${out}/${case}.release"}},
    "write": {"type": "clitest.write", "inputs": {"volume": "wait.volume"}, "params": {"path": "${out}/${case}.txt"}}}})";

Words sweep_of(const std::string& values) {
  return {"run", "waits.json", "--case-name", "a", "--out", "s", "--sweep", "value=" + values};
}

}  // namespace

TEST_CASE("flowrun run --sweep: one interrupt lets the present variant end and starts no other") {
  const TempFolder folder;
  folder.write("waits.json", kWaitGraphOfParameter);
  FlowrunProcess process(folder, sweep_of("1,2,3"));
  REQUIRE(wait_for_file(folder.path() / "s/value=1/a.begun"));
  process.send(SIGINT);
  REQUIRE(process.wait_for_message("interrupted: no new cases start"));
  folder.write("s/value=1/a.release", "");
  const Ended ended = end_or_kill(process);
  CHECK(ended.status == 3);
  CHECK(contains(ended.err, "interrupted: 2 variants behind 'value=1' did not run; s/sweep.csv has no row for them"));
  CHECK(contains(folder.read("s/sweep.csv"), "\na,1,done"));
  CHECK_FALSE(folder.has("s/value=2"));
}

TEST_CASE("flowrun run --sweep: an interrupt in the last variant, which ends, cuts nothing off") {
  const TempFolder folder;
  folder.write("waits.json", kWaitGraphOfParameter);
  FlowrunProcess process(folder, sweep_of("1"));
  REQUIRE(wait_for_file(folder.path() / "s/value=1/a.begun"));
  process.send(SIGINT);
  REQUIRE(process.wait_for_message("interrupted: no new cases start"));
  folder.write("s/value=1/a.release", "");
  CHECK(process.end().status == 0);
}

TEST_CASE("flowrun run --sweep: two variants that write one file are refused before the first runs") {
  const KeptSetting setting;
  for (const std::string& path : Words{(setting.folder.path() / "x.txt").string(), "${out}/../x.txt"}) {
    const Ended ended = setting.run({"--sweep", "repeat=1,2", "--set", "write.path=" + path}, "s");
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "nothing was run: with repeat=2, node 'write' would write '"));
    CHECK(contains(ended.err, "', as with repeat=1; begin its path with ${out}/, the folder of each variant"));
    CHECK_FALSE(setting.folder.has("s"));
    CHECK_FALSE(setting.folder.has("x.txt"));
  }
  const Ended own = setting.run({"--sweep", "repeat=1,2", "--set", "write.path=${out}/../sweep.csv"}, "s");
  CHECK(own.status == 2);
  CHECK(contains(own.err, "with repeat=1, node 'write' would write 's/repeat=1/../sweep.csv', which is the sweep's own"));
}

TEST_CASE("flowrun run --sweep: one file of --trace is refused") {
  const KeptSetting setting;
  const Ended ended = setting.run({"--sweep", "repeat=1,2", "--trace", "t.json"}, "s");
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "--trace names one file, and each variant of --sweep would replace it"));
  CHECK_FALSE(setting.folder.has("s"));
}

TEST_CASE("flowrun run --sweep: a variant whose folder cannot be used, behind one that ran, gives status 1") {
  const KeptSetting setting;
  setting.folder.write("s/repeat=2/flowrun/lock", "somebody's\n");
  const Ended ended = setting.run({"--sweep", "repeat=1,2"}, "s");
  CHECK(ended.status == 1);
  CHECK(contains(ended.err, "variant 'repeat=2' cannot run, so the sweep ends here"));
  CHECK(contains(ended.err, "was not written by flowrun"));
  CHECK(contains(setting.folder.read("s/sweep.csv"), "\na,1,done"));
}

TEST_CASE("flowrun run --sweep: two sweeps do not write into one folder at a time") {
  const TempFolder folder, other;
  for (const TempFolder* one : {&folder, &other}) one->write("waits.json", kWaitGraphOfParameter);
  FlowrunProcess first(folder, sweep_of("1"));
  REQUIRE(wait_for_file(folder.path() / "s/value=1/a.begun"));
  Words words = sweep_of("2");
  words[5] = (folder.path() / "s").string();
  FlowrunProcess too(other, words);
  const Ended second = end_or_kill(too);
  CHECK(second.status == 2);
  CHECK(contains(second.err, "is in use by another flowrun"));
  CHECK(contains(second.err, "flowrun run --sweep waits.json"));
  folder.write("s/value=1/a.release", "");
  CHECK(first.end().status == 0);
}
