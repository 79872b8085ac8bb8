// Shards of a run, merged; the job script of docs/cluster.md with Slurm's variables.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;

namespace {

using Words = std::vector<std::string>;

void write_study(const TempFolder& folder) {
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\np3,3\np1,1\np2,-2\np4,4\np5,5\n");
}

Ended run_shard(const TempFolder& folder, const std::string& shard) {
  return run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o", "--quiet", "--shard", shard});
}

/// The first words of the lines of a table, without its header: "p3 p1".
std::string first_cells(const std::string& table) {
  std::istringstream stream(table);
  std::string line, text;
  for (std::getline(stream, line); std::getline(stream, line);)
    text += (text.empty() ? "" : " ") + line.substr(0, line.find(','));
  return text;
}

/// The job script that docs/cluster.md shows.
std::string job_script() {
  std::ifstream stream(std::filesystem::path(FLOWRUN_SOURCE_DIR) / "docs/cluster.md");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::size_t begin = text.find("#!/bin/sh");
  REQUIRE(begin != std::string::npos);
  return text.substr(begin, text.find("```", begin) - begin);
}

/// The exit status of the job script as the task of an array that Slurm would start.
int run_task(const TempFolder& folder, int id, int count) {
  const std::string program = std::filesystem::path(FLOWRUN_EXECUTABLE).parent_path().string();
  const std::string command = "cd '" + folder.path().string() + "' && PATH='" + program +
                              "':$PATH FLOWRUN_PLUGIN_PATH='" FLOWRUN_CLI_PLUGINS
                              "' GRAPH=value.json CASES=cases.csv OUT=o SLURM_ARRAY_TASK_ID=" +
                              std::to_string(id) + " SLURM_ARRAY_TASK_COUNT=" + std::to_string(count) +
                              " SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=" + std::to_string(count) +
                              " SLURM_ARRAY_TASK_STEP=1 sh job.sh >task.out 2>task.err";
  return WEXITSTATUS(std::system(command.c_str()));
}

}  // namespace

TEST_CASE("flowrun run --shard: shards have all cases together, and merge makes one table in the order of the cases") {
  const TempFolder folder;
  write_study(folder);
  const Ended first = run_shard(folder, "1/2");
  INFO(first.err);
  CHECK(first.status == 1);  // p2
  CHECK(folder.read("o/p3_value.txt") == "3\n");
  CHECK_FALSE(folder.has("o/p1_value.txt"));
  CHECK(first_cells(folder.read("o/cases.shard-1-of-2.csv")) == "p3 p2 p5");
  CHECK(folder.has("o/flowrun-run.shard-1-of-2.json"));
  const Ended half = run_flowrun(folder, {"merge", "o"});
  CHECK(half.status == 1);
  CHECK(contains(half.out, "2 of 5 cases done, 1 failed, 2 not run"));
  CHECK(contains(half.err, "2 cases were not run yet: p1, p4"));
  CHECK(contains(half.err, "of the shards, these have not ended: 2/2"));
  CHECK(run_shard(folder, "2/2").status == 0);
  const Ended merged = run_flowrun(folder, {"merge", "o"});
  CHECK(merged.status == 1);
  CHECK(contains(merged.out, "4 of 5 cases done, 1 failed"));
  CHECK(merged.err.empty());
  CHECK(first_cells(folder.read("o/cases.csv")) == "p3 p1 p2 p4 p5");
  CHECK(contains(folder.read("o/report.html"), "</html>"));
}

TEST_CASE(
    "flowrun run --shard: every shard tells all faults, one without cases ends well, and --resume knows the others' cases") {
  const TempFolder folder;
  write_study(folder);
  const Ended many = run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "many", "--shard", "7/9"});
  CHECK(many.status == 0);
  CHECK(contains(many.out, "nothing to run: shard 7/9 has no cases"));
  CHECK(folder.has("many/flowrun-run.shard-7-of-9.json"));
  CHECK(run_shard(folder, "2/2").status == 0);
  const Ended rest = run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o", "--resume"});
  INFO(rest.err);
  CHECK(rest.status == 1);
  CHECK(contains(rest.err, "2 cases done before and unchanged, 3 not yet run"));
  folder.write("cases.csv", "case,value\np3,3\np1,x\n");
  const Ended wrong = run_shard(folder, "1/2");
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "cases.csv:3:1: error: case 'p1', input 'value': expected a number, found 'x'"));
  CHECK(contains(run_shard(folder, "3/2").err, "--shard takes i/n"));
  CHECK(contains(run_shard(folder, "slurm").err, "this is no task of a Slurm job array"));
}

TEST_CASE("flowrun run --shard: parts of another number in a folder are refused before the run, those of the same resume") {
  const TempFolder folder;
  write_study(folder);
  REQUIRE(run_shard(folder, "1/2").status == 1);
  const auto before = std::filesystem::last_write_time(folder.path() / "o/flowrun");
  const Ended other = run_shard(folder, "2/3");
  CHECK(other.status == 2);
  CHECK(contains(other.err,
                 "--shard 2/3: the cases of 'o' are split into 2 shards already (ended: 1/2), and parts of another "
                 "number would leave cases out and run others twice; write --shard I/2 (with --resume for what is "
                 "missing), or choose another --out; to split the cases again, delete 'o/flowrun/shards'"));
  CHECK(contains(other.err, "nothing was run"));
  CHECK_FALSE(folder.has("o/p1_value.txt"));
  CHECK(std::filesystem::last_write_time(folder.path() / "o/flowrun") == before);
  const Ended look =
      run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o", "--shard", "2/3", "--resume", "--dry-run"});
  CHECK(look.status == 2);
  CHECK(run_shard(folder, "2/2").status == 0);
  CHECK(contains(run_shard(folder, "1/3").err, "2 shards already (all of them have ended)"));
  folder.write("cases.csv", "case,value\np3,3\np1,1\np2,2\np4,4\np5,5\n");
  const Words resumed{"run", "value.json", "--cases", "cases.csv", "--out", "o", "--shard", "1/2", "--resume"};
  CHECK(contains(run_flowrun(folder, resumed).err, "2 cases done before and unchanged, 0 not yet run"));
  folder.write("o/flowrun/shards", "many");
  CHECK(contains(run_shard(folder, "1/2").err, "'o/flowrun/shards' does not say into how many shards the cases are split"));
  std::filesystem::remove(folder.path() / "o/flowrun/shards");
  const Ended anew =
      run_flowrun(folder, {"run", "value.json", "--cases", "cases.csv", "--out", "o", "--shard", "2/3", "--resume"});
  CHECK(anew.status == 0);
  CHECK(contains(anew.out, "nothing to run"));
}

TEST_CASE("flowrun run --shard: of shards of two numbers that start at once, one number wins, and the other is refused") {
  const TempFolder folder, other;
  folder.write("waiting.json", kWaitGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\nc,3\n");
  const auto at = [&](const std::string& name) { return (folder.path() / name).string(); };
  const auto words = [&](const std::string& shard) {
    return Words{"run", at("waiting.json"), "--cases", at("cases.csv"), "--out", at("o"), "--shard", shard};
  };
  FlowrunProcess first(folder, words("1/2")), second(other, words("2/3"));
  for (const char* name : {"a", "b", "c"}) folder.write(std::string("o/") + name + ".release", "");
  const Ended one = first.end(), two = second.end();
  INFO(one.err, two.err);
  CHECK(one.status + two.status == 2);  // 0 and 2
  CHECK(contains(one.status ? one.err : two.err,
                 one.status ? "are split into 3 shards already" : "are split into 2 shards already"));
}

TEST_CASE("flowrun run --shard: each shard keeps the record of its run, and merge tells what they say") {
  const TempFolder folder;
  write_study(folder);
  run_shard(folder, "1/2");
  const std::string first = folder.read("o/flowrun/run.shard-1-of-2.json");
  CHECK(contains(first, "\"cases\": \"3 cases, "));
  run_shard(folder, "2/2");
  CHECK(folder.read("o/flowrun/run.shard-1-of-2.json") == first);
  CHECK(contains(folder.read("o/flowrun/run.shard-2-of-2.json"), "\"status\": \"done\""));
  CHECK_FALSE(folder.has("o/flowrun/run.json"));
  std::string second = folder.read("o/flowrun/run.shard-2-of-2.json");
  const std::string none = "\"warnings\": []";
  REQUIRE(contains(second, none));
  second.replace(second.find(none), none.size(), "\"warnings\": [\"make: a warning of the second\"]");
  folder.write("o/flowrun/run.shard-2-of-2.json", second);
  run_flowrun(folder, {"merge", "o"});
  CHECK(contains(folder.read("o/report.html"), "make: a warning of the second"));
  folder.write("o/flowrun/run.shard-1-of-2.json", "{");
  CHECK(contains(run_flowrun(folder, {"merge", "o"}).err, "run.shard-1-of-2.json' is not a run's record"));
}

TEST_CASE("flowrun merge: what holds no records is told") {
  const TempFolder folder;
  folder.write("empty/x.txt", "x");
  CHECK(contains(run_flowrun(folder, {"merge", "none"}).err, "'none' is no folder"));
  CHECK(contains(run_flowrun(folder, {"merge", "empty"}).err, "'empty' contains no records of cases"));
  write_study(folder);
  REQUIRE(run_shard(folder, "1/1").status == 1);
  folder.write("o/flowrun/cases/p9.json", "{ broken");
  folder.write("o/flowrun/cases.txt", "p5\np4\n");
  const Ended damaged = run_flowrun(folder, {"merge", "o"});
  CHECK(damaged.status == 1);
  CHECK(contains(damaged.err, "p9.json"));
  CHECK(first_cells(folder.read("o/cases.csv")) == "p5 p4 p1 p2 p3");
}

TEST_CASE("docs/cluster.md: its job script runs the shard of its task, and again when it is requeued") {
  const TempFolder folder;
  write_study(folder);
  folder.write("job.sh", job_script());
  CHECK(run_task(folder, 2, 2) == 0);
  INFO(folder.read("task.err"));
  CHECK(folder.has("o/p1_value.txt"));
  CHECK(folder.has("o/p4_value.txt"));
  CHECK_FALSE(folder.has("o/p3_value.txt"));
  const std::string before = folder.read("o/flowrun/cases/p1.json");
  CHECK(run_task(folder, 2, 2) == 0);
  CHECK(contains(folder.read("task.out"), "nothing to run"));
  CHECK(folder.read("o/flowrun/cases/p1.json") == before);
  CHECK(run_task(folder, 1, 2) == 1);
  CHECK(run_flowrun(folder, {"merge", "o"}).status == 1);
}
