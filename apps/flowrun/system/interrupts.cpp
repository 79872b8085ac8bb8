#include "system/interrupts.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "flowrun/host/running_calls.h"
#include "flowrun/host/runtime.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "system/process_calls.h"

namespace flowrun {
namespace {

constexpr std::chrono::seconds kGrace{3};  ///< for nodes to see that the run is cancelled

int opened(int descriptor, const char* what) {
  if (descriptor < 0) throw Error(fmt::format("cannot make {}: {}", what, std::strerror(errno)));
  return descriptor;
}

/// "node 'a' (io.read, plugin io) on case 'p07'", one after the other.
std::string running_text() {
  std::array<RunningCall, 64> calls;
  const std::size_t count = running_calls(calls);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    const ValidatedNode& node = *calls[i].node;
    text += fmt::format("{}node '{}' ({}, plugin {})", i ? ", " : "", node.id, node.type_name, node.plugin);
    if (calls[i].of_case) text += fmt::format(" on case '{}'", calls[i].of_case->name);
  }
  return printable(text);
}

}  // namespace

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  struct sigaction hangup {};
  // One that is held back is kept even where it is ignored, so it is left out.
  if (sigaction(SIGHUP, nullptr, &hangup) != 0 || hangup.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  return signals;
}

Interrupts::Interrupts() : signals_(ending_signals()) {
  pthread_sigmask(SIG_BLOCK, &signals_, &signals_before_);
  arrivals_ = opened(signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK), "a descriptor for signals");
  ended_ = opened(eventfd(0, EFD_CLOEXEC), "a descriptor for the end");
  thread_ = std::thread([this] { wait(); });
}

Interrupts::~Interrupts() {
  eventfd_write(ended_, 1);
  thread_.join();
  close(arrivals_);
  close(ended_);
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
  deadline_.reset();
}

bool Interrupts::received() {
  const std::lock_guard lock(mutex_);
  return count_ > 0;
}

void Interrupts::wait() {
  std::array<pollfd, 2> ends{{{arrivals_, POLLIN, 0}, {ended_, POLLIN, 0}}};
  for (;;) {
    const int found = poll(ends.data(), ends.size(), milliseconds_left());
    if (ends[1].revents != 0 && found > 0) return;
    signalfd_siginfo signal;
    if (found > 0 && read(arrivals_, &signal, sizeof signal) == sizeof signal) handle();
    end_if_stuck();
  }
}

/// Until the deadline; -1: there is none.
int Interrupts::milliseconds_left() {
  const std::lock_guard lock(mutex_);
  if (!deadline_) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

void Interrupts::handle() {
  const std::lock_guard lock(mutex_);
  ++count_;
  if (!run_ || count_ > 2) {
    fmt::print(stderr, "\nflowrun: interrupted\n");
    leave_process(kInterrupted);  // no destructors: other threads may be in the middle of anything
  }
  if (count_ == 1) {
    run_->stop();
    say_("interrupted: no new cases start, those running finish; Ctrl-C once more ends the run now");
  } else {
    run_->cancel();
    deadline_ = Clock::now() + kGrace;
    say_("interrupted again: the run ends now");
  }
}

/// A thread cannot be taken away from code that does not return, so the process ends with it. What ended before is on the disk.
void Interrupts::end_if_stuck() {
  const std::lock_guard lock(mutex_);
  if (!deadline_ || Clock::now() < *deadline_) return;
  const std::string running = running_text();
  if (running.empty()) {  // packets are being written, say
    deadline_ = Clock::now() + kGrace;
    return;
  }
  say_(fmt::format("interrupted: {} did not return within {} s of the second Ctrl-C, so the process ends without it", running,
                   kGrace.count()));
  leave_process(kInterrupted);
}

}  // namespace flowrun
