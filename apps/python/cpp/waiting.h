// Long calls: they run on a thread of their own, without the GIL, while the calling thread looks out for Ctrl-C.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace flowrun::python {

namespace py = pybind11;

/// Runs `work`, which may not touch Python, and gives back what it gives or throws. `look` is called with the GIL about ten times
/// a second. When it throws, or Python has a signal (Ctrl-C), `cancel` is called, the end of the work awaited, and that exception
/// thrown. Call it with the GIL.
template <class Result>
Result wait_for(const std::function<Result()>& work, const std::function<void()>& cancel,
                const std::function<void()>& look = {}) {
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  std::exception_ptr failure, interrupt;
  std::unique_ptr<Result> result;
  std::thread worker([&] {
    try {
      result = std::make_unique<Result>(work());
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    done = true;
    ended.notify_one();
  });
  const auto ends_soon = [&] {
    const py::gil_scoped_release released;
    std::unique_lock lock(mutex);
    return ended.wait_for(lock, std::chrono::milliseconds(100), [&] { return done; });
  };
  while (!ends_soon()) try {
      if (interrupt) {
        cancel();  // again: the first call may have come before there was something to cancel
        continue;
      }
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (look) look();
    } catch (...) {
      interrupt = std::current_exception();
      cancel();
    }
  worker.join();
  if (interrupt) std::rethrow_exception(interrupt);
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace flowrun::python
