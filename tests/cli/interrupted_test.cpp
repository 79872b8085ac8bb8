// What is made once for a run, and a run that is ended before it is there.
#include <doctest/doctest.h>

#include <csignal>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kGather{"run", "gather.json", "--cases", "cases.csv", "--out", "o"};

void write_gather(const TempFolder& folder) {
  folder.write("gather.json", kGatherGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\nc,3\n");
}

/// Ends it by two Ctrl-C while the node that takes all cases is at work.
Ended interrupted_twice(const TempFolder& folder, const std::vector<std::string>& words, const fs::path& begun) {
  FlowrunProcess process(folder, words);
  REQUIRE(wait_for_file(folder.path() / begun));
  process.send(SIGINT);
  REQUIRE(process.wait_for_message("interrupted: no new cases start"));
  process.send(SIGINT);
  return process.end();
}

}  // namespace

TEST_CASE("flowrun run: interrupted while a node makes something of all cases, it ends with 3, and an older file is not its output") {
  const TempFolder folder;
  write_gather(folder);
  folder.write("o/model.txt", "an older model\n");
  const Ended ended = interrupted_twice(folder, kGather, "o/fit.begun");
  CHECK(ended.status == 3);
  CHECK(contains(ended.out, "3 of 3 cases done, what is made once for the run was cut off"));
  CHECK_FALSE(contains(ended.out, "model.txt"));
  CHECK(folder.read("o/model.txt") == "an older model\n");
  const std::string record = folder.read("o/flowrun/run.json");
  CHECK(contains(record, "\"status\": \"cancelled\""));
  CHECK_FALSE(contains(record, "\"path\": \"model.txt\""));
  folder.write("o/fit.release", "");
  std::vector<std::string> resume = kGather;
  resume.push_back("--resume");
  const Ended again = run_flowrun(folder, resume);
  CHECK(again.status == 0);
  CHECK(contains(again.err, "so the graph runs for all of them (it was not finished last time)"));
  CHECK(contains(again.out, "OUTPUTS\n  o/model.txt\n"));
  CHECK(folder.read("o/model.txt") == "3 cases\n");
}

TEST_CASE("flowrun run: after the first interrupt a node that takes all cases makes nothing out of a part of them") {
  const TempFolder folder;
  folder.write("waits.json", R"({"format": 1, "name": "waits", "inputs": {"value": {"type": "number"}}, "nodes": {
    "make": {"type": "clitest.make", "params": {"value": "${value}"}},
    "wait": {"type": "clitest.wait", "inputs": {"volume": "make.volume"},
             "params": {"begun": "${out}/${case}.begun", "release": "${out}/${case}.release"}},
    "all": {"type": "clitest.sum", "inputs": {"volumes": "wait.volume"}, "params": {"path": "${out}/sum.txt"}}}})");
  const Ended ended = interrupted_in_first_case(folder, "waits.json", SIGINT);
  CHECK(ended.status == 3);
  CHECK(contains(ended.err, "the run ended after 1 of 2 cases, and this node takes all of them"));
  CHECK_FALSE(folder.has("o/sum.txt"));
}

namespace {

/// Two cases, each tested alone: a model of the other, and a table of measures.
void write_plan(const TempFolder& folder) {
  folder.write("cases.csv", "case,value\na,1\nb,1\n");
  folder.write("gather.json", kGatherGraph);
  folder.write("test.json", R"({"format": 1, "name": "test", "inputs": {"value": {"type": "number"}, "model": {"type": "path"}},
    "nodes": {"make": {"type": "clitest.make", "params": {"value": "${value}", "file": "${model}"}},
      "write": {"type": "clitest.write", "inputs": {"volume": "make.volume"}, "params": {"path": "${out}/measures.csv", "repeat": 2}}}})");
  folder.write("plan.json", R"({"format": 1, "name": "two", "measures": "${fold}/test/measures.csv", "steps": [
    {"name": "train", "graph": "gather.json", "cases": "train", "out": "models"},
    {"name": "test", "graph": "test.json", "cases": "test", "in": {"model": "${fold}/models/model.txt"}}]})");
}

const std::vector<std::string> kCross{"crossval", "plan.json", "--cases", "cases.csv", "--out", "cv"};

}  // namespace

TEST_CASE("flowrun crossval: interrupted in a training, the same command trains again and is not stuck") {
  const TempFolder folder;
  write_plan(folder);
  const Ended ended = interrupted_twice(folder, kCross, "cv/a/models/fit.begun");
  CHECK(ended.status == 3);
  CHECK(contains(ended.err, "flowrun: interrupted in fold a, step train; the same command continues there"));
  CHECK_FALSE(folder.has("cv/a/train.done"));
  CHECK_FALSE(folder.has("cv/a/test"));
  for (const std::string fold : {"a", "b"}) folder.write("cv/" + fold + "/models/fit.release", "");
  const Ended again = run_flowrun(folder, kCross);
  INFO(again.err);
  CHECK(again.status == 0);
  CHECK(contains(folder.read("cv/measures.csv"), "row,1\ncase,1\ncase,1\n"));
}

TEST_CASE("flowrun crossval: one interrupt lets the present step end and starts no other") {
  const TempFolder folder;
  write_plan(folder);
  FlowrunProcess process(folder, kCross);
  REQUIRE(wait_for_file(folder.path() / "cv/a/models/fit.begun"));
  process.send(SIGINT);
  REQUIRE(process.wait_for_message("interrupted: no new cases start"));
  folder.write("cv/a/models/fit.release", "");
  const Ended ended = process.end();
  CHECK(ended.status == 3);
  CHECK(contains(ended.err, "flowrun: interrupted before fold a, step test; the same command continues there"));
  CHECK(folder.read("cv/a/models/model.txt") == "1 cases\n");
  CHECK(folder.has("cv/a/train.done"));
  CHECK_FALSE(folder.has("cv/a/test"));
  folder.write("cv/b/models/fit.release", "");
  const Ended again = run_flowrun(folder, kCross);
  CHECK(again.status == 0);
  CHECK(contains(again.err, "flowrun: fold a, step train: done before"));
}
