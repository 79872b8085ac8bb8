// Context::defer: firings that go on at a device, which is a thread of the test's here.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <set>
#include <thread>

#include "support/toy_nodes.h"

using namespace toy;

namespace {

/// A case streams twelve chunks; 'away' hands each of them to toy::away.
const char* const kStream = R"({
  "source": {"type": "toy.source", "params": {"value": "${n}"}},
  "split":  {"type": "toy.split", "inputs": {"in": "source.out"}, "params": {"count": 12}, "run": {"chunks_in_flight": 4}},
  "away":   {"type": "toy.away", "inputs": {"in": "split.out"}},
  "fold":   {"type": "toy.fold", "inputs": {"in": "away.out"}},
  "result": {"type": "toy.sink", "inputs": {"in": "fold.out"}}
})";
const char* const kOne = R"({
  "source": {"type": "toy.source", "params": {"value": "${n}"}},
  "away":   {"type": "toy.away", "inputs": {"in": "source.out"}},
  "result": {"type": "toy.sink", "inputs": {"in": "away.out"}}
})";

/// Takes jobs and does them on a thread of its own, the newest first when there are several: the worst order.
class Device {
 public:
  Device() : thread_([this] { work(); }) {}
  ~Device() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  /// The device begins when `together` jobs have been handed over.
  void wait_for(int together) {
    const std::lock_guard lock(mutex_);
    together_ = together;
  }
  void add(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    most_ = std::max(most_, static_cast<int>(jobs_.size()));
    changed_.notify_all();
  }
  int most() const { return most_; }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      // Half a minute where so many never come, so that a fault ends in a failed check.
      changed_.wait_for(lock, std::chrono::seconds(30), [&] { return closed_ || static_cast<int>(jobs_.size()) >= together_; });
      if (closed_ && jobs_.empty()) return;
      if (jobs_.empty()) continue;
      together_ = 1;  // it has begun: a chunk that waits for an earlier one keeps its credit, so as many may never come again
      auto job = std::move(jobs_.back());
      jobs_.pop_back();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  int together_ = 1;
  int most_ = 0;
  bool closed_ = false;
  std::thread thread_;
};

using Shared = std::shared_ptr<Deferred>;

RunResult run_away(const char* nodes, int cases, RunOptions options, std::function<void(Context&, double)> called) {
  Registry types = registry();
  const auto valid = graph(nodes, types);
  reset();
  hook = std::move(called);
  Run running(valid, types, options);
  return running.execute(make_cases(cases));
}

RunOptions with_threads(int threads) {
  RunOptions options;
  options.threads = threads;
  return options;
}

/// Hands the firing to the device, which doubles the number.
void double_on(Device& device, Context& context, double value) {
  device.add([shared = Shared(context.defer()), value] {
    shared->resume([value](Context& later) { later.emit("out", ToyNumber(2 * value)); });
  });
}

std::string only_error(const RunResult& result) {
  REQUIRE(result.cases.size() == 1);
  REQUIRE(result.cases[0].errors.size() == 1);
  CHECK(result.cases[0].errors[0].node == "away");
  return result.cases[0].errors[0].message;
}

std::string error_of(std::function<void(Context&, double)> called) {
  return only_error(run_away(kOne, 1, with_threads(2), called));
}

}  // namespace

TEST_CASE("defer: one thread of the engine hands over chunk after chunk while the device has the others") {
  Device device;
  device.wait_for(4);  // all the credits of the stream: the thread must have come back for each
  const RunResult result =
      run_away(kStream, 1, with_threads(1), [&](Context& context, double value) { double_on(device, context, value); });
  CHECK(device.most() == 4);
  CHECK(result.cases[0].status == CaseStatus::done);
  CHECK(seen_by("result").size() == 1);
  CHECK(ToyNumber::most_alive <= 12);  // a chunk that is away keeps its credit
}

TEST_CASE("defer: results are the same for any number of threads and whatever the device's order") {
  std::vector<double> results;
  for (const int threads : {1, 2, 5}) {
    CAPTURE(threads);
    Device device;
    device.wait_for(3);
    run_away(kStream, 3, with_threads(threads), [&](Context& context, double value) { double_on(device, context, value); });
    for (const Seen& one : seen_by("result")) results.push_back(one.value);
    REQUIRE(results.size() % 3 == 0);
    std::sort(results.end() - 3, results.end());
  }
  REQUIRE(results.size() == 9);
  for (std::size_t i = 3; i < 9; ++i) CHECK(results[i] == results[i - 3]);
}

TEST_CASE("defer: a firing that was resumed before process returned goes on at once") {
  const RunResult result = run_away(kStream, 2, with_threads(2), [&](Context& context, double value) {
    context.defer()->resume([value](Context& later) { later.emit("out", ToyNumber(value)); });
  });
  CHECK(result.cases[0].status == CaseStatus::done);
  CHECK(result.cases[1].status == CaseStatus::done);
  CHECK(result.nodes[2].firings == 24);
}

TEST_CASE("defer: what the rest throws fails the case, and the others go on") {
  Device device;
  const RunResult result = run_away(kOne, 3, with_threads(2), [&](Context& context, double value) {
    device.add([shared = Shared(context.defer()), value] {
      shared->resume([value](Context& later) {
        if (value == 1) throw Error("the device is on fire");
        later.emit("out", ToyNumber(value));
      });
    });
  });
  CHECK(result.cases[0].status == CaseStatus::done);
  CHECK(result.cases[2].status == CaseStatus::done);
  REQUIRE(result.cases[1].errors.size() == 1);
  CHECK(result.cases[1].errors[0].node == "away");
  CHECK(result.cases[1].errors[0].message == "the device is on fire");
  CHECK(result.nodes[1].failures == 1);
}

TEST_CASE("defer: a rest that emits nothing, or a firing that is let go of, is the node's fault and said so") {
  Device device;
  CHECK(error_of([&](Context& context, double) {
          device.add([shared = Shared(context.defer())] { shared->resume([](Context&) {}); });
        }) == "the node emitted nothing at output 'out'");
  const std::string let_go = "the node released its deferred firing without resuming it";
  CHECK(error_of([&](Context& context, double) { device.add([shared = Shared(context.defer())] {}); }) == let_go);
  CHECK(error_of([](Context& context, double) { context.defer(); }) == let_go);
}

TEST_CASE("defer: when process throws, the firing ends with resume and the inputs live until then") {
  Device device;
  std::atomic<bool> called{false};
  std::atomic<double> read{0};
  const RunResult result = run_away(kOne, 1, with_threads(2), [&](Context& context, double) {
    const ToyNumber* input = &context.in<ToyNumber>("in");
    device.add([shared = Shared(context.defer()), input, &called, &read] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      read = input->value + 5;
      shared->resume([&called](Context&) { called = true; });
    });
    throw Error("too late");
  });
  CHECK(only_error(result) == "too late");
  CHECK(read == 5);
  CHECK_FALSE(called);
}

TEST_CASE("defer: wrong uses are refused with a sentence") {
  CHECK(error_of([](Context& context, double) {
          const auto first = context.defer();
          const auto second = context.defer();
        }).find("the node defers where that cannot be") == 0);
  CHECK(error_of([](Context& context, double) {
          context.parallel_for(1, [&](std::int64_t) { context.defer(); });
        }).find("the node defers its firing in a task of parallel_for or on a thread of its own") == 0);
  CHECK(error_of([](Context& context, double) {
          const auto handle = context.defer();
          handle->resume([](Context& later) { later.emit("out", ToyNumber(1)); });
          handle->resume([](Context&) {});
        }) == "the node resumed a deferred firing twice");
  CHECK(error_of([](Context& context, double) { context.defer()->resume({}); }) ==
        "the node resumed a deferred firing with an empty function");
  CHECK(error_of([](Context& context, double) {
          context.defer()->resume([](Context& later) { later.defer(); });
        }).find("the node defers where that cannot be") == 0);
  const char* const serial = R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "away":   {"type": "toy.serial_away", "inputs": {"in": "source.out"}},
    "result": {"type": "toy.sink", "inputs": {"in": "away.out"}}
  })";
  CHECK(only_error(run_away(serial, 1, with_threads(2), [](Context& context, double) {
          context.defer();
        })).find("its type does not say that several firings may run at a time") != std::string::npos);
}

TEST_CASE("defer: when the run is cancelled the device sees it, the rest is not called, and the run ends") {
  Registry types = registry();
  const auto valid = graph(kStream, types);
  reset();
  Device device;
  Run* pointer = nullptr;
  std::atomic<int> called{0}, seen_cancelled{0};
  hook = [&](Context& context, double) {
    device.add([shared = Shared(context.defer()), &called, &seen_cancelled, &pointer] {
      pointer->cancel();
      if (shared->cancelled()) ++seen_cancelled;
      shared->resume([&called](Context&) { ++called; });
    });
  };
  Run running(valid, types, with_threads(2));
  pointer = &running;
  const RunResult result = running.execute(make_cases(2));
  CHECK(seen_cancelled >= 1);
  CHECK(called == 0);
  CHECK(result.interrupted);
  CHECK(result.cases[0].status == CaseStatus::cancelled);
  CHECK(seen_by("result").empty());
  reset();
}

TEST_CASE("defer: a case that failed meanwhile skips the rest of its firings that are away") {
  const char* const nodes = R"({
    "source": {"type": "toy.source", "params": {"value": "${n}"}},
    "away":   {"type": "toy.away", "inputs": {"in": "source.out"}},
    "wrong":  {"type": "toy.wrong", "inputs": {"in": "source.out"}, "params": {"how": "throws int"}},
    "result": {"type": "toy.add", "inputs": {"in": ["away.out", "wrong.out"]}},
    "sink":   {"type": "toy.sink", "inputs": {"in": "result.out"}}
  })";
  Device device;
  std::atomic<int> called{0};
  const RunResult result = run_away(nodes, 1, with_threads(1), [&](Context& context, double) {
    device.add([shared = Shared(context.defer()), &called] {
      const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
      while (!shared->cancelled() && std::chrono::steady_clock::now() < give_up)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      shared->resume([&called](Context&) { ++called; });
    });
  });
  CHECK(called == 0);
  REQUIRE(result.cases[0].errors.size() == 1);
  CHECK(result.cases[0].errors[0].node == "wrong");
}

TEST_CASE("defer: time away is counted, and the device's steps have a row of their own in the trace") {
  Device device;
  Trace trace;
  RunOptions options = with_threads(2);
  options.trace = &trace;
  const RunResult result = run_away(kOne, 1, options, [&](Context& context, double) {
    device.add([shared = Shared(context.defer())] {
      const auto begin = std::chrono::steady_clock::now();
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      shared->span("kernel", begin, std::chrono::steady_clock::now());
      shared->resume([](Context& later) { later.emit("out", ToyNumber(1)); });
    });
  });
  CHECK(result.nodes[1].away_s >= 0.03);
  CHECK(result.nodes[1].busy_s < result.nodes[1].away_s);
  std::map<std::string, int> threads;
  for (const TraceEvent& event : trace.events())
    if (event.node == 1) threads[event.what] = event.thread;
  REQUIRE(threads.count("process") == 1);
  REQUIRE(threads.count("kernel") == 1);
  REQUIRE(threads.count("resume") == 1);
  CHECK(threads["kernel"] >= 2);
  CHECK(threads["resume"] < 2);
}
