#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "support/toy_nodes.h"

using namespace toy;

namespace {

const char* const kHooked = R"({
  "source": {"type": "toy.source", "params": {"value": "${n}"}},
  "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 20}},
  "hook": {"type": "toy.hook", "inputs": {"in": "split.out"}},
  "fold": {"type": "toy.fold", "inputs": {"in": "hook.out"}},
  "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}},
  "other": {"type": "toy.sink", "inputs": {"in": "source.out"}}})";

/// The one error of a one-case run of source -> node -> sink.
CaseError error_of(const std::string& type, const std::string& how) {
  const RunResult result = run(R"({
    "source": {"type": "toy.source"},
    "bad": {"type": ")" + type + R"(", "inputs": {"in": "source.out"})" +
                                   (how.empty() ? "" : R"(, "params": {"how": ")" + how + R"("})") + R"(},
    "work": {"type": "toy.work", "inputs": {"in": "bad.out"}}})");
  REQUIRE(result.cases[0].status == CaseStatus::failed);
  REQUIRE(result.cases[0].errors.size() == 1);
  CHECK(ToyNumber::alive == 0);
  return result.cases[0].errors[0];
}

}  // namespace

TEST_CASE("schedule: a failing case names node, type, plugin and reason; the others finish") {
  for (const int threads : {1, 4}) {
    RunOptions options;
    options.threads = threads;
    const RunResult result = run_hooked(kHooked, 6, options, [](Run&, Context& context, double) {
      if (context.case_name() == "case2" && context.chunk() == 7) throw Error("chunk seven is refused");
    });
    for (std::size_t i = 0; i < 6; ++i) CHECK(result.cases[i].status == (i == 2 ? CaseStatus::failed : CaseStatus::done));
    REQUIRE(result.cases[2].errors.size() == 1);
    const CaseError& error = result.cases[2].errors[0];
    CHECK(error.node == "hook");
    CHECK(error.type == "toy.hook");
    CHECK(error.plugin == "toy");
    CHECK(error.message == "chunk seven is refused");
    CHECK(seen_by("result").size() == 5);
    CHECK(ToyNumber::alive == 0);
  }
}

TEST_CASE("schedule: what is left of a failed case is skipped") {
  int later = 0;
  RunOptions options;
  options.threads = 1;
  options.chunks_in_flight = 1;
  run_hooked(kHooked, 1, options, [&](Run&, Context& context, double) {
    if (context.chunk() == 3) throw Error("stop here");
    if (context.chunk() > 3) ++later;
  });
  CHECK(later == 0);
}

TEST_CASE("schedule: with on_error continue, branches that do not depend on the failing node go on") {
  const std::string nodes = R"({
    "source": {"type": "toy.source"},
    "bad": {"type": "toy.wrong", "inputs": {"in": "source.out"}, "run": {"on_error": "continue"}},
    "after": {"type": "toy.sink", "inputs": {"in": "bad.out"}},
    "slow": {"type": "toy.work", "inputs": {"in": "source.out"}, "params": {"microseconds": 5000}},
    "beside": {"type": "toy.sink", "inputs": {"in": "slow.out"}}})";
  const RunResult result = run(nodes);
  CHECK(result.cases[0].status == CaseStatus::failed);
  CHECK(seen_by("after").empty());
  CHECK(seen_by("beside").size() == 1);
}

TEST_CASE("schedule: nodes that break their contract are told what they did") {
  CHECK(error_of("toy.wrong", "nothing").message == "the node emitted nothing at output 'out'");
  CHECK(error_of("toy.wrong", "twice").message == "the node emitted twice at output 'out' in one firing");
  CHECK(error_of("toy.wrong", "unknown port").message == "the node emitted at output 'nowhere', which its type does not describe");
  CHECK(error_of("toy.wrong", "null").message == "the node emitted no payload (null) at output 'out'");
  CHECK(error_of("toy.wrong", "unknown input").message == "the node asks for input 'nowhere', which its type does not describe");
  CHECK(error_of("toy.wrong", "late throw").message == "after emitting");
  CHECK(error_of("toy.wrong", "throws int").message ==
        "the node threw something that is not a std::exception (int), so its reason is unknown; the plugin's author must correct "
        "this");
  CHECK(error_of("toy.wrong", "out of memory").message ==
        "there is not enough memory; run fewer cases or chunks at a time, or give the process more");
  CHECK(error_of("toy.wrong_type", "").message ==
        "the node emitted a toy.other/1 at output 'out', which is described as toy.number/1");
  CHECK(error_of("toy.wrong_long", "null").message == "the node's begin returned no firing (null)");
  CHECK(error_of("toy.wrong_long", "throws in begin").message == "no beginning");
  CHECK(error_of("toy.wrong_long", "throws in next").message == "no more than two");
  CHECK(error_of("toy.wrong_long", "nothing").message == "the node emitted nothing at output 'out'");
  CHECK(error_of("toy.wrong_long", "emits in finish").message ==
        "the node emitted at output 'out' out of turn: streams are emitted by Firing::next, other outputs by process or finish");
  CHECK(error_of("toy.wrong_long", "emits and says false").message ==
        "the node's Firing::next emitted an item and returned false, which says that there was none");
}

TEST_CASE("schedule: a stream that breaks off fails its collector, once") {
  const RunResult result = run(R"({
    "source": {"type": "toy.source"},
    "bad": {"type": "toy.wrong_long", "inputs": {"in": "source.out"}, "params": {"how": "throws in next"}},
    "fold": {"type": "toy.fold", "inputs": {"in": "bad.out"}},
    "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}}})");
  CHECK(result.cases[0].errors.size() == 1);
  CHECK(seen_by("result").empty());
  CHECK(ToyNumber::alive == 0);
}

TEST_CASE("schedule: a node that cannot be opened stops the run before the first case, by name") {
  Registry types = registry();
  const auto valid = graph(R"({
    "source": {"type": "toy.source"},
    "net": {"type": "toy.wrong_open", "inputs": {"in": "source.out"}, "params": {"how": "model.pt"}}})",
                           types);
  CHECK_THROWS_WITH_AS(Run(valid, types, {}), "node 'net' (toy.wrong_open, plugin toy) could not be opened: the file 'model.pt' is missing",
                       Error);
}

TEST_CASE("schedule: fail_fast cancels what runs and starts nothing more") {
  RunOptions options;
  options.threads = 2;
  options.cases_in_flight = 1;
  options.fail_fast = true;
  const RunResult result = run_hooked(kHooked, 50, options, [](Run&, Context& context, double) {
    if (context.case_name() == "case1") throw Error("refused");
  });
  CHECK(result.cases[1].status == CaseStatus::failed);
  CHECK(result.cases[49].status == CaseStatus::not_started);
  CHECK_FALSE(result.interrupted);
}

TEST_CASE("schedule: stop starts no new case and finishes those in flight") {
  RunOptions options;
  options.threads = 1;
  const RunResult result = run_hooked(kHooked, 50, options, [](Run& running, Context& context, double) {
    if (context.case_name() == "case4") running.stop();
  });
  CHECK(result.interrupted);
  CHECK(result.cases[4].status == CaseStatus::done);
  CHECK(result.cases[49].status == CaseStatus::not_started);
  for (const CaseResult& one : result.cases) CHECK((one.status == CaseStatus::done || one.status == CaseStatus::not_started));
}

TEST_CASE("schedule: cancel ends a case in flight without an error of its own") {
  RunOptions options;
  options.threads = 2;
  options.cases_in_flight = 1;
  const RunResult result = run_hooked(kHooked, 10, options, [](Run& running, Context& context, double) {
    if (context.case_name() == "case0" && context.chunk() == 2) {
      running.cancel();
      CHECK(context.cancelled());
    }
  });
  CHECK(result.interrupted);
  CHECK(result.cases[0].status == CaseStatus::cancelled);
  CHECK(result.cases[0].errors.empty());
  CHECK(result.cases[9].status == CaseStatus::not_started);
  CHECK(ToyNumber::alive == 0);
}

TEST_CASE("schedule: a node that throws when the run was cancelled has cancelled its case, not failed it") {
  RunOptions options;
  options.threads = 2;
  options.cases_in_flight = 1;
  int kept = 0;
  options.on_firing_failed = [&](const FailedFiring&) { ++kept; };
  const RunResult result = run_hooked(kHooked, 3, options, [](Run& running, Context& context, double) {
    if (context.case_name() != "case0" || context.chunk() != 2) return;
    running.cancel();
    throw Error("the worker was interrupted");
  });
  CHECK(result.cases[0].status == CaseStatus::cancelled);
  CHECK(result.cases[0].errors.empty());
  CHECK(kept == 0);
  CHECK(ToyNumber::alive == 0);
}

TEST_CASE("schedule: a figure without a name is the node's error") {
  const RunResult result = run_hooked(kHooked, 1, {}, [](Run&, Context& context, double) { context.report("", 1); });
  CHECK(result.cases[0].status == CaseStatus::failed);
  CHECK(result.cases[0].errors.at(0).message.find("figure without a name") != std::string::npos);
}

TEST_CASE("schedule: a graph in which everything waits for credits is found out, and the sentence names who waits for whom") {
  RunOptions options;
  options.threads = 2;
  options.chunks_in_flight = 3;
  // The chunks wait at `shift` for the fold of all chunks of the same stream, which has room for three of them.
  const RunResult result = run(R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 20}},
    "fold": {"type": "toy.fold", "inputs": {"in": "split.out"}},
    "shift": {"type": "toy.add", "inputs": {"in": ["split.out"], "offset": "fold.out"}},
    "all": {"type": "toy.fold", "inputs": {"in": "shift.out"}},
    "result": {"type": "toy.sink", "inputs": {"in": "all.out"}}})",
                               3, options);
  for (const CaseResult& one : result.cases) {
    CHECK(one.status == CaseStatus::failed);
    REQUIRE(one.errors.size() == 1);
    CHECK(one.errors[0].message ==
          "the graph has stalled, everything in it waits: 3 firings of 'shift' (chunk scope) wait for input 'offset' from 'fold'; 'split' has "
          "all of its 3 chunks in flight and can make no more until one is done. Give the waiting input a source that does not wait for the "
          "end of the same stream (or of the run), or a second stream");
  }
  CHECK(ToyNumber::alive == 0);
}

TEST_CASE("schedule: the same graph runs when the stream fits into its credits") {
  RunOptions options;
  options.chunks_in_flight = 21;
  const RunResult result = run(R"({
    "source": {"type": "toy.source"},
    "split": {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 20}},
    "fold": {"type": "toy.fold", "inputs": {"in": "split.out"}},
    "shift": {"type": "toy.add", "inputs": {"in": ["split.out"], "offset": "fold.out"}},
    "all": {"type": "toy.fold", "inputs": {"in": "shift.out"}},
    "result": {"type": "toy.sink", "inputs": {"in": "all.out"}}})",
                               1, options);
  CHECK(result.cases[0].status == CaseStatus::done);
  CHECK(seen_by("result").size() == 1);
}
