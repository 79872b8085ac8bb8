#include "schedule/call_clock.h"

#include <doctest/doctest.h>

#include <thread>

using flowrun::schedule::CallClock;
using flowrun::schedule::Clock;
using flowrun::schedule::NodeCounts;

namespace {

void call(CallClock& clock, NodeCounts& counts, int milliseconds = 0) {
  clock.begin(counts);
  if (milliseconds > 0) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  clock.end(counts);
}

/// Calls so often that the node would be known to be short; false where the machine is too slow for that (valgrind, say).
bool make_known_short(CallClock& clock, NodeCounts& counts) {
  for (int i = 0; i < 100'000 && counts.short_calls < 100; ++i) call(clock, counts);
  return counts.short_calls >= 100;
}

}  // namespace

TEST_CASE("call_clock: the time of all calls is the time that went by") {
  CallClock clock;
  NodeCounts quick, other;
  clock.start(false);
  const auto begin = clock.last();
  make_known_short(clock, quick);
  for (int i = 0; i < 1000; ++i) {
    call(clock, quick);
    if (i % 100 == 0) call(clock, other, 1);
  }
  clock.end_group();
  const std::int64_t passed = flowrun::schedule::nanoseconds(clock.last() - begin);
  CHECK(quick.busy_ns + other.busy_ns <= passed);
  CHECK(quick.busy_ns + other.busy_ns > passed - 1'000'000);  // what sharing in whole nanoseconds loses is far less
}

TEST_CASE("call_clock: a long call is not shared with the short ones before it") {
  CallClock clock;
  NodeCounts quick, slow;
  clock.start(false);
  make_known_short(clock, quick);
  const std::int64_t before = quick.busy_ns;
  for (int i = 0; i < 5; ++i) call(clock, quick);
  call(clock, slow, 20);
  CHECK(slow.busy_ns >= 20'000'000);
  CHECK(quick.busy_ns - before < 15'000'000);
}

TEST_CASE("call_clock: a node that turns out to be long is timed by itself from then on") {
  CallClock clock;
  NodeCounts changed, quick;
  clock.start(false);
  if (!make_known_short(clock, changed) || !make_known_short(clock, quick)) return;
  call(clock, changed, 20);
  clock.end_group();
  CHECK(changed.short_calls == 0);
  const std::int64_t before = changed.busy_ns;
  call(clock, quick);
  call(clock, changed, 20);
  CHECK(changed.busy_ns - before >= 20'000'000);
}

TEST_CASE("call_clock: for a trace every call has its own time") {
  CallClock clock;
  NodeCounts quick;
  clock.start(true);
  for (int i = 0; i < 1000; ++i) {
    const auto before = clock.last();
    const std::int64_t busy = quick.busy_ns;
    call(clock, quick);
    CHECK(quick.busy_ns - busy == flowrun::schedule::nanoseconds(clock.last() - before));
  }
}
