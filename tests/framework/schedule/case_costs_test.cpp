// What the engine tells of each case when it ends, and of a firing that fails.
#include <doctest/doctest.h>

#include <mutex>
#include <numeric>

#include "support/toy_nodes.h"

using namespace toy;

namespace {

const char* const kStreamed = R"({
  "source": {"type": "toy.source", "params": {"value": "${n}", "bytes": 1000}},
  "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 30}},
  "work": {"type": "toy.work", "inputs": {"in": "split.out"}, "params": {"microseconds": 50}},
  "fold": {"type": "toy.fold", "inputs": {"in": "work.out"}},
  "all": {"type": "toy.fold_cases", "inputs": {"in": "fold.out"}}})";

struct Told {
  CaseResult result;
  std::size_t index;
};

std::vector<Told> run_and_hear(const std::string& nodes, int cases, RunOptions options, RunResult& result) {
  std::vector<Told> told;
  std::atomic<int> inside{0};
  options.on_case_end = [&](const CaseResult& one, std::size_t index) {
    CHECK(++inside == 1);
    told.push_back({one, index});
    --inside;
  };
  result = run(nodes, cases, options);
  return told;
}

double sum_of(const std::vector<CaseResult>& cases, std::size_t node) {
  double sum = 0;
  for (const CaseResult& one : cases)
    for (const CaseTiming& timing : one.timings)
      if (timing.node == node) sum += timing.busy_s;
  return sum;
}

}  // namespace

TEST_CASE("schedule: each case is told of once when it has ended, one at a time, with what it cost") {
  for (const int threads : {1, 4}) {
    RunOptions options;
    options.threads = threads;
    options.cases_in_flight = 3;
    RunResult result;
    const std::vector<Told> told = run_and_hear(kStreamed, 12, options, result);
    REQUIRE(told.size() == 12);
    std::vector<bool> seen(12);
    for (const Told& one : told) {
      CHECK(one.result.name == result.cases[one.index].name);
      seen[one.index] = true;
      REQUIRE(one.result.timings.size() == 4);  // not the node of the run
      CHECK(one.result.timings[0].firings == 1);
      CHECK(one.result.timings[2].node == 2);
      CHECK(one.result.timings[2].firings == 30);
      CHECK(one.result.timings[2].busy_s > 30 * 50e-6);
      for (const CaseTiming& timing : one.result.timings) {
        CHECK(timing.begin_s >= 0);
        CHECK(timing.begin_s <= timing.end_s);
        CHECK(timing.end_s <= one.result.seconds);
      }
      CHECK(one.result.timings[0].end_s <= one.result.timings[2].end_s);
      CHECK(one.result.timings[2].end_s - one.result.timings[2].begin_s > 50e-6);
    }
    CHECK(std::count(seen.begin(), seen.end(), true) == 12);
  }
}

TEST_CASE("schedule: the times of the cases add up to those of the nodes") {
  RunOptions options;
  options.threads = 4;
  const RunResult result = run(kStreamed, 6, options);
  for (const std::size_t node : {0, 1, 2, 3}) CHECK(sum_of(result.cases, node) == doctest::Approx(result.nodes[node].busy_s));
  CHECK(result.nodes[2].firings == 6 * 30);
  CHECK(result.nodes[4].firings == 1);
  CHECK(sum_of(result.cases, 4) == 0);
}

TEST_CASE("schedule: a case's peak is of its own payloads, whatever other cases hold") {
  const std::string big = R"({
    "source": {"type": "toy.source", "params": {"value": "${n}", "bytes": 5000}},
    "other": {"type": "toy.source", "params": {"value": "${n}", "bytes": 3000}},
    "sum": {"type": "toy.add", "inputs": {"in": ["source.out", "other.out"]}},
    "all": {"type": "toy.fold_cases", "inputs": {"in": "sum.out"}}})";
  RunOptions options;
  options.cases_in_flight = 4;
  const RunResult result = run(big, 40, options);
  for (const CaseResult& one : result.cases) {
    CHECK(one.peak_payload_bytes >= 5000);
    CHECK(one.peak_payload_bytes <= 8000 + 8);
  }
  CHECK(result.peak_payload_bytes >= 8000);
}

TEST_CASE("schedule: a failed firing is told of with the packets that it had") {
  Registry types = registry();
  const auto valid = graph(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 9}},
    "hook": {"type": "toy.hook", "inputs": {"in": "split.out"}},
    "fold": {"type": "toy.fold", "inputs": {"in": "hook.out"}}})",
                           types);
  std::mutex mutex;
  std::vector<std::string> told;
  RunOptions options;
  options.on_firing_failed = [&](const FailedFiring& failed) {
    const std::lock_guard lock(mutex);
    REQUIRE(failed.inputs.size() == 1);
    told.push_back(std::to_string(failed.node) + " " + std::to_string(failed.case_index) + " " + std::to_string(failed.chunk) +
                   " " + std::string(failed.step) + " " +
                   std::to_string(static_cast<int>(payload_cast<ToyNumber>(failed.inputs[0].get())->value)) + " " +
                   failed.error.message);
  };
  reset();
  Run running(valid, types, options);
  hook = [](Context& context, double) {
    if (context.case_name() == "case2" && context.chunk() == 4) throw Error("no");
  };
  running.execute(make_cases(3));
  REQUIRE(told.size() == 1);
  CHECK(told[0] == "2 2 4 process 6 no");  // the value of case 2, and the chunk's index added
  CHECK(ToyNumber::alive == 0);
}

TEST_CASE("schedule: a node that takes all cases makes nothing out of a part of them") {
  Registry types = registry();
  const auto valid = graph(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "hook": {"type": "toy.hook", "inputs": {"in": "source.out"}},
    "all": {"type": "toy.fold_cases", "inputs": {"in": "hook.out"}},
    "result": {"type": "toy.sink", "inputs": {"in": "all.out"}}})",
                           types);
  reset();
  RunOptions options;
  options.cases_in_flight = 1;
  options.threads = 1;
  Run running(valid, types, options);
  hook = [&](Context& context, double) {
    if (context.case_name() == "case1") running.stop();
  };
  const RunResult result = running.execute(make_cases(5));
  CHECK(result.interrupted);
  CHECK(seen_by("result").empty());
  REQUIRE(result.run_errors.size() == 1);
  CHECK(result.run_errors[0].node == "all");
  CHECK(result.run_errors[0].message ==
        "the run ended after 2 of 5 cases, and this node takes all of them; it makes nothing out of a part. Run all cases again");
}
