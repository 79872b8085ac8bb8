// What a handler of a signal would learn of the engine's threads.
#include "flowrun/host/running_calls.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <array>
#include <thread>

#include "support/toy_nodes.h"

using namespace toy;

namespace {

const char* const kStream = R"({
  "source": {"type": "toy.source", "params": {"value": "${n}"}},
  "split":  {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 3}},
  "hook":   {"type": "toy.hook", "inputs": {"in": "split.out"}},
  "fold":   {"type": "toy.fold", "inputs": {"in": "hook.out"}},
  "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}}
})";

void run_hook(int cases, int threads, std::function<void(Context&, double)> called) {
  Registry types = registry();
  const auto valid = graph(kStream, types);
  reset();
  hook = std::move(called);
  RunOptions options;
  options.threads = threads;
  Run running(valid, types, options);
  const RunResult result = running.execute(make_cases(cases));
  for (const CaseResult& one : result.cases) CHECK(one.status == CaseStatus::done);
}

/// Whether a call is that of the context's firing.
bool is_of(const RunningCall& call, const Context& context) {
  return call.node && call.node->id == context.node_id() && call.of_case && call.of_case->name == context.case_name() &&
         call.chunk == context.chunk() && !call.opening;
}

}  // namespace

TEST_CASE("running_calls: a firing knows its own node, case and chunk, also in its tasks, and is among those that run") {
  for (const int threads : {1, 4}) {
    std::atomic<int> wrong{0}, asked{0};
    run_hook(3, threads, [&](Context& context, double) {
      const auto check = [&] {
        RunningCall own;
        std::array<RunningCall, 8> all;
        const std::size_t count = running_calls(all);
        bool among = false;
        for (std::size_t i = 0; i < count; ++i) among = among || is_of(all[i], context);
        wrong += !own_call(own) || !is_of(own, context) || !among;
        ++asked;
      };
      check();
      context.parallel_for(20, [&](std::int64_t) { check(); });
      check();
    });
    CHECK(wrong == 0);
    CHECK(asked == 3 * 3 * 22);
  }
}

TEST_CASE("running_calls: a thread that a node has made is in no call, and sees those of the engine") {
  std::atomic<int> wrong{0};
  run_hook(2, 2, [&](Context& context, double) {
    std::thread([&] {
      RunningCall own;
      std::array<RunningCall, 8> all;
      bool among = false;
      const std::size_t count = running_calls(all);
      for (std::size_t i = 0; i < count; ++i) among = among || is_of(all[i], context);
      wrong += own_call(own) || !among;
    }).join();
  });
  CHECK(wrong == 0);
}

TEST_CASE("running_calls: outside a run there is none, and no more are told than there is room for") {
  RunningCall own;
  std::array<RunningCall, 8> all;
  CHECK_FALSE(own_call(own));
  CHECK(running_calls(all) == 0);
  std::atomic<int> wrong{0};
  run_hook(2, 2, [&](Context&, double) {
    std::array<RunningCall, 1> one;
    wrong += running_calls(one) != 1 || running_calls({}) != 0;
  });
  CHECK(wrong == 0);
  CHECK_FALSE(own_call(own));
  CHECK(running_calls(all) == 0);
}

TEST_CASE("running_calls: every thread of the engine has a stack for handlers of signals") {
  std::atomic<int> without{0};
  run_hook(4, 4, [&](Context& context, double) {
    context.parallel_for(16, [&](std::int64_t) {
      stack_t now{};
      without += ::sigaltstack(nullptr, &now) != 0 || (now.ss_flags & SS_DISABLE) != 0;
    });
  });
  CHECK(without == 0);
}
