// Context::parallel_for and Context::span, in the engine.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "support/toy_nodes.h"

using namespace toy;

namespace {

/// A case streams twelve chunks; each firing of 'hook' calls what the test puts into toy::hook.
const char* const kStream = R"({
  "source": {"type": "toy.source", "params": {"value": "${n}"}},
  "split":  {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 12}},
  "hook":   {"type": "toy.hook", "inputs": {"in": "split.out"}},
  "fold":   {"type": "toy.fold", "inputs": {"in": "hook.out"}},
  "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}}
})";
const char* const kOne = R"({
  "source": {"type": "toy.source", "params": {"value": "${n}"}},
  "hook":   {"type": "toy.hook", "inputs": {"in": "source.out"}},
  "result": {"type": "toy.sink", "inputs": {"in": "hook.out"}}
})";

RunResult run_hook(const char* nodes, int cases, int threads, std::function<void(Context&, double)> called,
                   Trace* trace = nullptr) {
  Registry types = registry();
  const auto valid = graph(nodes, types);
  reset();
  hook = std::move(called);
  RunOptions options;
  options.threads = threads;
  options.trace = trace;
  Run running(valid, types, options);
  return running.execute(make_cases(cases));
}

std::string only_error(const RunResult& result) {
  REQUIRE(result.cases.size() == 1);
  REQUIRE(result.cases[0].errors.size() == 1);
  return result.cases[0].errors[0].message;
}

/// Until so many tasks are here at once; half a minute where they never are.
void wait_for_company(std::atomic<int>& here, int company) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (here < company && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(std::chrono::microseconds(50));
}

}  // namespace

TEST_CASE(
    "parallel_for: runs every task once, in firings that run side by side, and results are the same for any number of threads") {
  std::vector<double> results;
  for (const int threads : {1, 2, 5}) {
    CAPTURE(threads);
    std::atomic<int> wrong{0};
    run_hook(kStream, 3, threads, [&](Context& context, double value) {
      std::vector<int> times(100, 0);
      std::vector<double> terms(100, 0);
      context.parallel_for(100, [&](std::int64_t i) {
        ++times[static_cast<std::size_t>(i)];
        terms[static_cast<std::size_t>(i)] = value / (1.0 + static_cast<double>(i));
      });
      double sum = 0;
      for (const double term : terms) sum += term;
      wrong += static_cast<int>(std::count_if(times.begin(), times.end(), [](int n) { return n != 1; }));
      wrong += sum < value ? 1 : 0;
    });
    CHECK(wrong == 0);
    for (const Seen& one : seen_by("result")) results.push_back(one.value);
    std::sort(results.end() - 3, results.end());
  }
  REQUIRE(results.size() == 9);
  for (std::size_t i = 3; i < 9; ++i) CHECK(results[i] == results[i - 3]);
}

TEST_CASE("parallel_for: threads that have nothing to do take tasks, and count as busy with the node") {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> here{0};
  const RunResult result = run_hook(kOne, 1, 3, [&](Context& context, double) {
    context.parallel_for(3, [&](std::int64_t) {
      ++here;
      wait_for_company(here, 3);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
    });
  });
  CHECK(threads.size() == 3);
  CHECK(result.nodes[1].firings == 1);
  CHECK(result.nodes[1].busy_s >= 0.15);
}

TEST_CASE("parallel_for: no more tasks run at once than at_once allows, and no more than there are threads") {
  const auto most_of = [](int threads, int at_once) {
    std::atomic<int> now{0}, most{0};
    run_hook(kOne, 1, threads, [&](Context& context, double) {
      const auto task = [&](std::int64_t) {
        const int here = ++now;
        int before = most;
        while (here > before && !most.compare_exchange_weak(before, here)) {
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        --now;
      };
      context.parallel_for(40, task, at_once);
    });
    return most.load();
  };
  CHECK(most_of(4, 1) == 1);
  CHECK(most_of(4, 2) <= 2);
  CHECK(most_of(2, 0) <= 2);
  CHECK(most_of(2, 9) <= 2);
}

TEST_CASE("parallel_for: with nothing to do it returns, and with one thread tasks run in their order") {
  std::vector<std::int64_t> order;
  run_hook(kOne, 1, 1, [&](Context& context, double) {
    context.parallel_for(0, [&](std::int64_t i) { order.push_back(i); });
    context.parallel_for(-1, [&](std::int64_t i) { order.push_back(i); });
    context.parallel_for(4, [&](std::int64_t i) { order.push_back(i); });
  });
  CHECK(order == std::vector<std::int64_t>{0, 1, 2, 3});
}

TEST_CASE("parallel_for: what a task throws fails the case, tasks not begun are dropped, other cases go on") {
  for (const int threads : {1, 4}) {
    CAPTURE(threads);
    std::atomic<int> begun{0};
    const RunResult result = run_hook(kOne, 3, threads, [&](Context& context, double value) {
      if (value != 1) return context.parallel_for(10, [](std::int64_t) {});
      context.parallel_for(100'000, [&](std::int64_t i) {
        ++begun;
        if (i == 5) throw Error("task five is refused");
      });
    });
    CHECK(result.cases[0].status == CaseStatus::done);
    CHECK(result.cases[2].status == CaseStatus::done);
    REQUIRE(result.cases[1].errors.size() == 1);
    CHECK(result.cases[1].errors[0].node == "hook");
    CHECK(result.cases[1].errors[0].message == "task five is refused");
    CHECK(begun < 100'000);
  }
}

TEST_CASE("parallel_for: returns when the tasks that were running have ended, though one has thrown") {
  std::atomic<int> here{0}, ended{0};
  std::string caught;
  run_hook(kOne, 1, 2, [&](Context& context, double) {
    try {
      context.parallel_for(2, [&](std::int64_t i) {
        ++here;
        wait_for_company(here, 2);
        if (i == 0) throw Error("zero");
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        ++ended;
      });
    } catch (const Error& error) {
      caught = error.what();
      CHECK(ended == 1);
    }
  });
  CHECK(caught == "zero");
}

TEST_CASE("parallel_for: a cancelled run drops the tasks that have not begun") {
  Registry types = registry();
  const auto valid = graph(kOne, types);
  reset();
  Run* pointer = nullptr;
  std::atomic<int> begun{0};
  std::atomic<bool> seen_cancelled{false};
  hook = [&](Context& context, double) {
    context.parallel_for(100'000, [&](std::int64_t i) {
      ++begun;
      if (i == 3) pointer->cancel();
    });
    seen_cancelled = context.cancelled();
  };
  RunOptions options;
  options.threads = 3;
  Run running(valid, types, options);
  pointer = &running;
  const RunResult result = running.execute(make_cases(1));
  CHECK(begun < 100'000);
  CHECK(seen_cancelled);
  CHECK(result.cases[0].status == CaseStatus::cancelled);
  CHECK(seen_by("result").empty());
}

TEST_CASE("parallel_for: a task may warn, look whether it is cancelled, and tell of progress") {
  const RunResult result = run_hook(kOne, 1, 4, [&](Context& context, double) {
    context.parallel_for(20, [&](std::int64_t i) {
      CHECK_FALSE(context.cancelled());
      context.progress(static_cast<double>(i) / 20);
      context.warn("task " + std::to_string(i));
    });
  });
  CHECK(result.cases[0].warnings.size() == 20);
}

TEST_CASE("parallel_for: refused within a task, and so is emitting") {
  const auto nested = [](Context& context, double) {
    context.parallel_for(2, [&](std::int64_t) { context.parallel_for(2, [](std::int64_t) {}); });
  };
  CHECK(only_error(run_hook(kOne, 1, 2, nested)) ==
        "the node calls parallel_for within a task of parallel_for; give one call all the tasks, or loop inside the task");
  const auto emitting = [](Context& context, double) {
    context.parallel_for(1, [&](std::int64_t) { context.emit("out", ToyNumber(1)); });
  };
  CHECK(only_error(run_hook(kOne, 1, 2, emitting)) ==
        "the node emitted at output 'out' within a task of parallel_for; emit when parallel_for has returned");
}

TEST_CASE("parallel_for: the thread that waits for a task of another thread begins no other firing") {
  std::mutex mutex;
  std::map<std::thread::id, int> inside;  // firings on this thread that wait in parallel_for
  std::atomic<int> on_top{0};
  run_hook(kStream, 2, 4, [&](Context& context, double) {
    {
      const std::lock_guard lock(mutex);
      if (inside[std::this_thread::get_id()]++ > 0) ++on_top;
    }
    context.parallel_for(6, [&](std::int64_t i) { std::this_thread::sleep_for(std::chrono::microseconds(200 * (i % 3))); });
    const std::lock_guard lock(mutex);
    --inside[std::this_thread::get_id()];
  });
  CHECK(on_top == 0);
}

TEST_CASE("parallel_for: threads' parts and the steps that a node tells of are in the trace, inside the firing") {
  Trace trace;
  run_hook(
      kStream, 2, 3,
      [](Context& context, double) {
        const auto begin = std::chrono::steady_clock::now();
        context.parallel_for(8, [&](std::int64_t) {
          const auto task_begin = std::chrono::steady_clock::now();
          std::this_thread::sleep_for(std::chrono::microseconds(100));
          context.span("one task", task_begin, std::chrono::steady_clock::now());
        });
        context.span("all tasks", begin, std::chrono::steady_clock::now());
      },
      &trace);
  std::map<std::string, int> count;
  std::vector<TraceEvent> open;
  auto events = trace.events();
  std::stable_sort(events.begin(), events.end(), [](const TraceEvent& a, const TraceEvent& b) { return a.thread < b.thread; });
  for (const TraceEvent& event : events) {
    ++count[event.what];
    while (!open.empty() && (open.back().thread != event.thread || open.back().end_ns <= event.begin_ns)) open.pop_back();
    if (!open.empty()) CHECK(event.end_ns <= open.back().end_ns);
    if (event.inside) {
      REQUIRE_FALSE(open.empty());
      CHECK(open.back().node == event.node);
      CHECK(open.back().chunk == event.chunk);
    }
    open.push_back(event);
  }
  CHECK(count["one task"] == 2 * 12 * 8);
  CHECK(count["all tasks"] == 2 * 12);
  CHECK(count["tasks"] >= 2 * 12);
}

TEST_CASE("span: a step told of by a thread that the node made is on a track of its own") {
  Trace trace;
  run_hook(
      kOne, 1, 1,
      [](Context& context, double) {
        const auto begin = std::chrono::steady_clock::now();
        std::thread([&] { context.span("device", begin, std::chrono::steady_clock::now()); }).join();
      },
      &trace);
  int told = 0;
  for (const TraceEvent& event : trace.events()) {
    if (std::string(event.what) != "device") continue;
    ++told;
    CHECK(event.thread >= 1);
  }
  CHECK(told == 1);
}
