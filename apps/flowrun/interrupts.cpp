#include "interrupts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "exit_status.h"
#include "flowrun/host/runtime.h"

namespace flowrun {

Interrupts::Interrupts() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &signals_before_);
  thread_ = std::jthread([this](std::stop_token ended) { wait(ended); });
}

Interrupts::~Interrupts() {
  thread_.request_stop();
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

void Interrupts::watch(Run& run, Say say) {
  const std::lock_guard lock(mutex_);
  run_ = &run;
  say_ = std::move(say);
}

void Interrupts::unwatch() {
  const std::lock_guard lock(mutex_);
  run_ = nullptr;
  say_ = nullptr;
}

bool Interrupts::received() {
  const std::lock_guard lock(mutex_);
  return count_ > 0;
}

void Interrupts::wait(std::stop_token ended) {
  const timespec pause{0, 100'000'000};  // how long the end of the object may take to be seen
  while (!ended.stop_requested())
    if (sigtimedwait(&signals_, nullptr, &pause) > 0) handle();
}

void Interrupts::handle() {
  const std::lock_guard lock(mutex_);
  ++count_;
  if (!run_ || count_ > 2) {
    fmt::print(stderr, "\nflowrun: interrupted\n");
    _exit(kInterrupted);  // no destructors: other threads may be in the middle of anything
  }
  if (count_ == 1) {
    run_->stop();
    say_("interrupted: no new cases start, those running finish; Ctrl-C once more ends the run now");
  } else {
    run_->cancel();
    say_("interrupted again: the run ends now");
  }
}

}  // namespace flowrun
