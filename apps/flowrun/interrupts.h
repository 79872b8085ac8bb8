#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include <signal.h>

namespace flowrun {

class Run;

/// Ctrl-C and the system's request to end (SIGINT, SIGTERM). While a run is watched, the first stops it after the cases in
/// flight, the second cancels it, the third leaves at once; before and after that, the first leaves at once.
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
  void wait(std::stop_token ended);
  void handle();

  sigset_t signals_;
  sigset_t signals_before_;
  std::mutex mutex_;
  Run* run_ = nullptr;
  Say say_;
  int count_ = 0;
  std::jthread thread_;
};

}  // namespace flowrun
