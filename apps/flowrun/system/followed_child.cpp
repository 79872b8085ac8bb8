#include "system/followed_child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "system/interrupts.h"
#include "system/process_calls.h"

namespace flowrun {
namespace {

constexpr int kNotStarted = 127;

int opened(int descriptor, const char* what) {
  if (descriptor < 0) throw Error(fmt::format("cannot make {}: {}", what, std::strerror(errno)));
  return descriptor;
}

/// A process outside of the terminal's group is stopped where it reads from it.
void read_nothing() {
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || nothing == STDIN_FILENO) return;
  ::dup2(nothing, STDIN_FILENO);
  ::close(nothing);
}

/// In the child, after fork: what may be called there.
[[noreturn]] void become(char* const* arguments, const sigset_t& signals, OnKill on_kill, pid_t parent) {
  if (on_kill == OnKill::is_killed) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // when the thread that forked ends: the main one, which ends last
    if (::getppid() != parent) leave_process(kNotStarted);
  }
  ::setpgid(0, 0);
  read_nothing();
  ::signal(SIGINT, SIG_DFL);  // a shell starts programs in the background with it ignored
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  ::execv("/proc/self/exe", arguments);
  constexpr char kSentence[] = "flowrun: cannot be started once more\n";
  if (::write(STDERR_FILENO, kSentence, sizeof kSentence - 1) < 0) leave_process(kNotStarted);
  leave_process(kNotStarted);
}

}  // namespace

FollowedChild::FollowedChild() : signals_(ending_signals()) {
  struct sigaction stopping {};
  if (::sigaction(SIGTSTP, nullptr, &stopping) != 0 || stopping.sa_handler != SIG_IGN) sigaddset(&signals_, SIGTSTP);
  ::signal(SIGCHLD, SIG_DFL);  // where it is ignored, a child's status is lost
  ::pthread_sigmask(SIG_BLOCK, &signals_, &signals_before_);
  arrivals_ = opened(::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK), "a descriptor for signals");
  ended_ = opened(::eventfd(0, EFD_CLOEXEC), "a descriptor for the end");
  thread_ = std::thread([this] { wait(); });
}

FollowedChild::~FollowedChild() {
  ::eventfd_write(ended_, 1);
  thread_.join();
  ::close(arrivals_);
  ::close(ended_);
  ::pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

void FollowedChild::wait() {
  std::array<pollfd, 2> ends{{{arrivals_, POLLIN, 0}, {ended_, POLLIN, 0}}};
  for (;;) {
    if (::poll(ends.data(), ends.size(), -1) <= 0) continue;
    if (ends[1].revents != 0) return;
    signalfd_siginfo signal;
    if (::read(arrivals_, &signal, sizeof signal) == sizeof signal) handle(static_cast<int>(signal.ssi_signo));
  }
}

void FollowedChild::handle(int signal) {
  const std::lock_guard lock(mutex_);
  if (signal == SIGTSTP) return stop();
  if (child_ == 0) {
    fmt::print(stderr, "\nflowrun: interrupted\n");
    leave_process(kInterrupted);  // no destructors: the main thread may be in the middle of anything
  }
  asked_ = true;
  ::kill(child_, signal);
}

/// Returns when this process continues.
void FollowedChild::stop() {
  if (child_ > 0) ::kill(-child_, SIGSTOP);
  ::kill(::getpid(), SIGSTOP);
  if (child_ > 0) ::kill(-child_, SIGCONT);
}

bool FollowedChild::was_asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

pid_t FollowedChild::start(const std::vector<std::string>& words, OnKill on_kill) const {
  std::vector<std::string> texts{"flowrun"};
  texts.insert(texts.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(arguments.data(), signals_before_, on_kill, parent);
  if (child < 0) throw Error(fmt::format("'flowrun {}' cannot be started: {}", words.front(), std::strerror(errno)));
  ::setpgid(child, child);  // both do it: whoever comes first
  return child;
}

int FollowedChild::run(const std::vector<std::string>& words, const std::function<void()>& beside) {
  pid_t child = 0;
  {
    const std::lock_guard lock(mutex_);
    child = child_ = start(words, OnKill::is_killed);
  }
  beside();
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);  // until the child is collected its number is no other process's
  int status = 0;
  ::waitpid(child, &status, 0);
  child_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace flowrun
