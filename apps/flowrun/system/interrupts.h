#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <signal.h>

namespace flowrun {

class Run;

/// Ctrl-C and the system's requests to end (SIGINT, SIGTERM, and SIGHUP unless it is ignored, as under nohup). While a run is
/// watched, the first stops it after the cases in flight, the second cancels it, the third leaves at once; a node that does not
/// come back within a grace after the second is named, and the process ends. Before and after that, the first leaves at once.
///
/// The signals are taken by a thread that waits for them, so no code runs in a signal handler. Make this object before anything
/// starts threads: they inherit that the signals are held back from them.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  using Say = std::function<void(const std::string&)>;
  void watch(Run& run, Say say);
  void unwatch();
  bool received();  ///< whether a signal came so far

 private:
  using Clock = std::chrono::steady_clock;
  void wait();
  int milliseconds_left();
  void handle();
  void end_if_stuck();

  sigset_t signals_;
  sigset_t signals_before_;
  int arrivals_ = -1;  ///< signalfd
  int ended_ = -1;     ///< eventfd: this object goes
  std::mutex mutex_;   ///< guards what follows
  Run* run_ = nullptr;
  Say say_;
  int count_ = 0;
  std::optional<Clock::time_point> deadline_;  ///< of the nodes that run when the run was cancelled
  std::thread thread_;
};

/// The signals that Interrupts takes: those that ask the process to end.
sigset_t ending_signals();

}  // namespace flowrun
