// Inputs that a case may lack.
#include <doctest/doctest.h>

#include "flowrun_process.h"

using namespace flowrun::testing;

namespace {

/// Writes a value, and another one where a case has it.
const std::string kOptionalGraph = R"({
  "format": 1,
  "inputs": {
    "value": { "type": "number" },
    "extra": { "type": "number", "required": false, "help": "A second value, where there is one" }
  },
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": "${value}" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "make.volume" }, "params": { "path": "${out}/${case}.txt" } },
    "more": { "type": "clitest.make", "params": { "value": "${extra}" } },
    "write_more": { "type": "clitest.write", "inputs": { "volume": "more.volume" }, "params": { "path": "${out}/${case}_extra.txt" } }
  }
})";

Ended run_table(const TempFolder& folder, const std::string& table, std::vector<std::string> more = {}) {
  folder.write("optional.json", kOptionalGraph);
  folder.write("cases.csv", table);
  std::vector<std::string> words{"run", "optional.json", "--cases", "cases.csv", "--out", "o"};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

}  // namespace

TEST_CASE("flowrun run: a case without an optional input does all that does not need it, and the summary says what did not run") {
  const TempFolder folder;
  const Ended ended = run_table(folder, "case,value,extra\na,1,5\nb,2,\n");
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(contains(ended.out, "LEFT OUT\n  1 of 2 cases: more, write_more did not run (extra is missing)\n"));
  CHECK(folder.read("o/a_extra.txt") == "5\n");
  CHECK(folder.read("o/b.txt") == "2\n");
  CHECK_FALSE(folder.has("o/b_extra.txt"));
  const Ended without = run_table(folder, "case,value\nc,3\n", {"--dry-run"});
  CHECK(without.status == 0);
  CHECK_FALSE(contains(without.out, "c_extra.txt"));
}

TEST_CASE("flowrun run --resume: a case runs again when it gains or loses an optional input, and no older file stays") {
  const TempFolder folder;
  REQUIRE(run_table(folder, "case,value,extra\na,1,5\nb,2,\n").status == 0);
  CHECK(contains(run_table(folder, "case,value,extra\na,1,5\nb,2,\n", {"--resume"}).out, "nothing to run"));
  const Ended gained = run_table(folder, "case,value,extra\na,1,5\nb,2,6\n", {"--resume"});
  CHECK(contains(gained.err, "runs again: b"));
  CHECK(folder.read("o/b_extra.txt") == "6\n");
  const Ended lost = run_table(folder, "case,value,extra\na,1,\nb,2,6\n", {"--resume"});
  INFO(lost.err);
  CHECK(lost.status == 0);
  CHECK(contains(lost.err, "runs again: a"));
  CHECK(folder.read("o/a.txt") == "1\n");
  CHECK_FALSE(folder.has("o/a_extra.txt"));
}

TEST_CASE("flowrun validate: a default and \"required\": false do not go together") {
  const TempFolder folder;
  std::string graph = kOptionalGraph;
  const std::string flag = R"("required": false)";
  graph.replace(graph.find(flag), flag.size(), flag + R"(, "default": 1)");
  folder.write("both.json", graph);
  const Ended ended = run_flowrun(folder, {"validate", "both.json"});
  CHECK(ended.status == 2);
  CHECK(contains(ended.err, "both.json:5:5: error: graph input 'extra': a 'default' and \"required\": false do not go together"));
}
