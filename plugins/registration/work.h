// What the algorithms of this plugin need of a firing, so that they can be tested without one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace flowrun::registration {

/// Context::parallel_for and its neighbours. Results never depend on which thread runs which task.
struct Work {
  std::function<void(std::int64_t count, const std::function<void(std::int64_t)>& task)> parallel_for;
  std::function<bool()> cancelled;
  std::function<void(double)> progress;
};

/// All on the calling thread.
inline Work serial_work() {
  const auto loop = [](std::int64_t count, const std::function<void(std::int64_t)>& task) {
    for (std::int64_t i = 0; i < count; ++i) task(i);
  };
  return {loop, [] { return false; }, [](double) {}};
}

/// The same work, its loops on the calling thread: for use inside a task.
inline Work alone(const Work& work) {
  Work inner = serial_work();
  inner.cancelled = work.cancelled;
  return inner;
}

}  // namespace flowrun::registration
