#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <set>
#include <thread>

#include "support/toy_nodes.h"

using namespace toy;

namespace {

/// Case -> stream -> two branches joined by chunk -> fold -> sink.
const char* const kDiamond = R"({
  "source": {"type": "toy.source", "params": {"value": "${n}"}},
  "split":  {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 40}},
  "fast":   {"type": "toy.work", "inputs": {"in": "split.out"}},
  "slow":   {"type": "toy.work", "inputs": {"in": "split.out"}, "params": {"microseconds": 40}},
  "join":   {"type": "toy.add", "inputs": {"in": ["fast.out", "slow.out", "split.out"], "offset": "source.out"}},
  "chunks": {"type": "toy.sink", "inputs": {"in": "join.out"}},
  "fold":   {"type": "toy.fold", "inputs": {"in": "join.out"}},
  "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}}
})";

double folded(int n, int count) {
  double sum = 0;
  for (int chunk = 0; chunk < count; ++chunk) sum = 0.7 * sum + (5.0 * (n + chunk) + n);
  return sum;
}

RunOptions threads(int count) {
  RunOptions options;
  options.threads = count;
  return options;
}

}  // namespace

TEST_CASE("schedule: chunks join by tag and are collected in order, bit for bit the same for any number of threads") {
  for (const int count : {1, 2, 3, 8}) {
    CAPTURE(count);
    const RunResult result = run(kDiamond, 5, threads(count));
    CHECK(result.threads == count);
    REQUIRE(result.cases.size() == 5);
    for (const CaseResult& one : result.cases) CHECK(one.status == CaseStatus::done);
    for (const Seen& one : seen_by("chunks")) {
      const double n = one.case_name.back() - '0';
      CHECK(one.value == 5 * (n + static_cast<double>(one.chunk)) + n);
    }
    CHECK(seen_by("chunks").size() == 200);
    const auto results = seen_by("result");
    REQUIRE(results.size() == 5);
    for (const Seen& one : results) CHECK(one.value == folded(one.case_name.back() - '0', 40));
  }
  CHECK(ToyNumber::alive == 0);
}

TEST_CASE("schedule: results come in the order of the cases given, with what nodes reported") {
  const RunResult result = run(kDiamond, 4, threads(3));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(result.cases[i].name == "case" + std::to_string(i));
    REQUIRE(result.cases[i].reports.size() == 1);
    CHECK(result.cases[i].reports[0].node == "fold");
    CHECK(result.cases[i].reports[0].name == "items");
    CHECK(result.cases[i].reports[0].value == 40);
  }
  CHECK(result.nodes[1].id == "split");
  CHECK(result.nodes[1].firings == 4);
  CHECK(result.nodes[2].firings == 160);
}

TEST_CASE("schedule: the numbers of a case's table of one row are figures, but for those that its node reported itself") {
  const RunResult result = run(R"({
    "rows": {"type": "toy.source", "params": {"value": "${n}"}},
    "measures": {"type": "toy.measures", "inputs": {"in": "rows.out"}}})",
                               3);
  std::vector<std::string> figures;
  for (const CaseResult& one : result.cases)
    for (const Report& report : one.reports)
      figures.push_back(one.name + " " + report.node + "." + report.name + " " + std::to_string(report.value));
  CHECK(figures == std::vector<std::string>{"case0 measures.dice 0.500000", "case1 measures.dice 0.500000",
                                            "case1 measures.lesions 3.000000", "case2 measures.dice 0.500000"});
}

TEST_CASE("schedule: a stream without items ends, and its collector finishes with nothing") {
  const RunResult result = run(R"({
    "source": {"type": "toy.source"},
    "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 0}},
    "work": {"type": "toy.work", "inputs": {"in": "split.out"}},
    "fold": {"type": "toy.fold", "inputs": {"in": "work.out"}},
    "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}}})");
  CHECK(result.cases[0].status == CaseStatus::done);
  REQUIRE(seen_by("result").size() == 1);
  CHECK(seen_by("result")[0].value == 0);
}

TEST_CASE("schedule: no more chunks are alive than the credits allow, however long the stream") {
  RunOptions options = threads(4);
  options.chunks_in_flight = 3;
  run(R"({
    "source": {"type": "toy.source"},
    "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 500}},
    "work": {"type": "toy.work", "inputs": {"in": "split.out"}, "params": {"microseconds": 5}},
    "fold": {"type": "toy.fold", "inputs": {"in": "work.out"}}})",
      1, options);
  CHECK(ToyNumber::most_alive <= 1 + 3 * 3);  // the source's, and each chunk's before, after and, as it is emitted, once more
}

TEST_CASE("schedule: a node's own chunks_in_flight wins over the run's") {
  RunOptions options = threads(4);
  options.chunks_in_flight = 100;
  run(R"({
    "source": {"type": "toy.source"},
    "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 300}, "run": {"chunks_in_flight": 2}},
    "work": {"type": "toy.serial_work", "inputs": {"in": "split.out"}, "params": {"microseconds": 5}},
    "fold": {"type": "toy.fold", "inputs": {"in": "work.out"}}})",
      1, options);
  CHECK(ToyNumber::most_alive <= 1 + 2 * 3);
}

TEST_CASE("schedule: no more cases are in flight than allowed, and the peak does not grow with their number") {
  std::vector<std::int64_t> peaks;
  for (const int cases : {2, 40}) {
    RunOptions options = threads(4);
    options.cases_in_flight = 2;
    const RunResult result = run(R"({
      "source": {"type": "toy.source", "params": {"value": "${n}", "bytes": 1000000}},
      "work": {"type": "toy.work", "inputs": {"in": "source.out"}, "params": {"microseconds": 300}},
      "sink": {"type": "toy.sink", "inputs": {"in": "work.out"}}})",
                                 cases, options);
    CHECK(seen_by("sink").size() == static_cast<std::size_t>(cases));
    peaks.push_back(result.peak_payload_bytes);
  }
  CHECK(peaks[0] <= 2000016);
  CHECK(peaks[1] <= 2000016);
}

TEST_CASE("schedule: a node that is not concurrent fires once at a time, one with a limit no more than that") {
  const auto at_once = [](const std::string& type, const std::string& run_object, int meet) {
    run(R"({
      "source": {"type": "toy.source"},
      "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 60}, "run": {"chunks_in_flight": 16}},
      "work": {"type": ")" +
            type + R"(", "inputs": {"in": "split.out"}, "params": {"microseconds": 200, "meet": )" + std::to_string(meet) +
            R"(}, "run": )" + run_object + R"(},
      "fold": {"type": "toy.fold", "inputs": {"in": "work.out"}}})",
        1, threads(8));
    return most_at_once.load();
  };
  CHECK(at_once("toy.serial_work", "{}", 0) == 1);
  CHECK(at_once("toy.work", R"({"concurrency": 2})", 2) == 2);
  CHECK(at_once("toy.work", "{}", 3) >= 3);
}

TEST_CASE("engine: a failed case ends at once, though a node on its way that fires one at a time is busy") {
  toy::reset();
  std::atomic<bool> ended = false;
  bool ended_first = false;
  Registry types = registry();
  RunOptions options;
  options.threads = 2;
  options.on_case_end = [&](const CaseResult&, std::size_t index) {
    if (index == 1) ended = true;
  };
  const auto valid = toy::graph(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "fails":  {"type": "toy.hook", "inputs": {"in": "source.out"}},
    "slow":   {"type": "toy.hook", "inputs": {"in": "fails.out"}, "run": {"concurrency": 1}},
    "result": {"type": "toy.sink", "inputs": {"in": "slow.out"}}
  })",
                                types);
  hook = [&](Context& context, double value) {
    if (context.node_id() == "fails" && value == 1) throw Error("no");
    if (context.node_id() == "fails" || value != 0) return;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!ended && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ended_first = ended;
  };
  const RunResult result = Run(valid, types, options).execute(make_cases(2));
  CHECK(ended_first);
  CHECK(result.cases[0].status == CaseStatus::done);
  CHECK(result.cases[1].status == CaseStatus::failed);
}

TEST_CASE("engine: a node that fires one at a time takes the next case while its reader works on the first") {
  RunOptions options;
  options.threads = 2;
  toy::reset();
  const RunResult result = toy::run(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "one":    {"type": "toy.serial_work", "inputs": {"in": "source.out"}},
    "many":   {"type": "toy.work", "inputs": {"in": "one.out"}, "params": {"meet": 2}},
    "result": {"type": "toy.sink", "inputs": {"in": "many.out"}}
  })",
                                    2, options);
  CHECK(result.cases[1].status == CaseStatus::done);
  CHECK(most_at_once == 2);  // else the second case came when the first had given up waiting for it
}

TEST_CASE("schedule: a node of the run collects the cases in their order, without those that failed") {
  Registry types = registry();
  const auto valid = graph(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "hook": {"type": "toy.hook", "inputs": {"in": "source.out"}},
    "work": {"type": "toy.work", "inputs": {"in": "hook.out"}, "params": {"microseconds": 100}},
    "fold": {"type": "toy.fold_cases", "inputs": {"in": "work.out"}},
    "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}}})",
                           types);
  reset();
  hook = [](Context&, double value) {
    if (value == 3) throw Error("three is refused");
  };
  RunOptions options = threads(4);
  options.cases_in_flight = 4;
  Run running(valid, types, options);
  const RunResult result = running.execute(make_cases(30));
  double expected = 0;
  for (int n = 0; n < 30; ++n)
    if (n != 3) expected = 0.7 * expected + 2.0 * n;
  REQUIRE(seen_by("result").size() == 1);
  CHECK(seen_by("result")[0].value == expected);
  CHECK(seen_by("result")[0].case_name.empty());
  CHECK(result.cases[3].status == CaseStatus::failed);
  REQUIRE(result.run_reports.size() == 1);
  CHECK(result.run_reports[0].value == 29);
}

TEST_CASE("schedule: a node that collects and has no output is a sink") {
  const RunResult result = run(R"({
    "source": {"type": "toy.source"},
    "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 12}},
    "end": {"type": "toy.collect_sink", "inputs": {"in": "split.out"}}})");
  CHECK(result.cases[0].status == CaseStatus::done);
  REQUIRE(result.cases[0].reports.size() == 1);
  CHECK(result.cases[0].reports[0].value == 12);
}

TEST_CASE("schedule: a run without cases still lets the nodes of the run finish") {
  const RunResult result = run(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "fold": {"type": "toy.fold_cases", "inputs": {"in": "source.out"}},
    "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}}})",
                               0);
  CHECK(seen_by("result").size() == 1);
  CHECK_FALSE(result.interrupted);
}

TEST_CASE("schedule: progress tells cases and the chunks of running streams") {
  Registry types = registry();
  const auto valid = graph(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 30}},
    "hook": {"type": "toy.hook", "inputs": {"in": "split.out"}},
    "fold": {"type": "toy.fold", "inputs": {"in": "hook.out"}}})",
                           types);
  reset();
  Run* pointer = nullptr;
  std::int64_t most = 0;
  hook = [&](Context& context, double) {
    const Progress now = pointer->progress();
    CHECK(now.cases_total == 3);
    for (const Progress::Stream& stream : now.streams) {
      CHECK(stream.node == "split");
      CHECK(stream.expected == 30);
      if (stream.case_name == context.case_name()) most = std::max(most, stream.done);
    }
  };
  RunOptions options = threads(1);
  Run running(valid, types, options);
  pointer = &running;
  running.execute(make_cases(3));
  CHECK(most > 20);
  CHECK(running.progress().cases_done == 3);
  CHECK(running.progress().cases_running == 0);
}

TEST_CASE("schedule: progress tells how far firings say they are, the largest of what their threads said, until they end") {
  Registry types = registry();
  const auto valid = graph(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "hook": {"type": "toy.hook", "inputs": {"in": "source.out"}},
    "all": {"type": "toy.fold_cases", "inputs": {"in": "hook.out"}},
    "run_hook": {"type": "toy.hook", "inputs": {"in": "all.out"}}})",
                           types);
  reset();
  Run* pointer = nullptr;
  hook = [&](Context& context, double) {
    CHECK(pointer->progress().firings.empty());
    context.progress(std::numeric_limits<double>::quiet_NaN());
    CHECK(pointer->progress().firings.empty());
    context.progress(-1);
    CHECK(pointer->progress().firings.at(0).fraction == 0);
    context.parallel_for(50, [&](std::int64_t i) { context.progress(static_cast<double>((i * 7) % 50) / 100); });
    const auto firings = pointer->progress().firings;
    REQUIRE(firings.size() == 1);
    CHECK(firings[0].node == context.node_id());
    CHECK(firings[0].case_name == context.case_name());
    CHECK(firings[0].fraction == 0.49);
    CHECK(firings[0].seconds >= 0);
    context.progress(0.2);
    CHECK(pointer->progress().firings[0].fraction == 0.49);
    context.progress(7);
    CHECK(pointer->progress().firings[0].fraction == 1);
  };
  RunOptions options = threads(3);
  options.cases_in_flight = 1;
  Run running(valid, types, options);
  pointer = &running;
  const RunResult result = running.execute(make_cases(3));
  for (const CaseResult& one : result.cases) CHECK(one.status == CaseStatus::done);
  CHECK(result.run_errors.empty());
  CHECK(running.progress().firings.empty());
}

TEST_CASE("schedule: every step is in the trace, with its case and chunk") {
  Trace trace;
  RunOptions options = threads(2);
  options.trace = &trace;
  run(kDiamond, 2, options);
  std::multiset<std::string> steps;
  for (const TraceEvent& event : trace.events()) {
    steps.insert(event.what);
    CHECK(event.end_ns >= event.begin_ns);
    CHECK(event.case_index >= 0);
  }
  CHECK(steps.count("begin") == 4);
  CHECK(steps.count("next") == 2 * 41);
  CHECK(steps.count("accept") == 80);
  CHECK(steps.count("finish") == 4);
  CHECK(steps.count("process") == 2 * (2 + 4 * 40));
}
