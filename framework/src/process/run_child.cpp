#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "flowrun/host/child_process.h"
#include "flowrun/sdk/error.h"
#include "process/descriptors.h"

namespace flowrun {
namespace {

using Clock = std::chrono::steady_clock;
using process::KeptText;
using process::Pipe;

constexpr std::size_t kLargestResult = std::size_t{64} << 20;

pid_t started(const ChildRequest& request, const Pipe& output, const Pipe& result) {
  std::vector<std::string> words{request.program.string()};
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  pid_t child = -1;
  const int error = start_child(
      words,
      {{output.writing(), STDOUT_FILENO}, {output.writing(), STDERR_FILENO}, {result.writing(), process::kResultDescriptor}},
      child);
  if (error != 0) throw Error("cannot start '" + words[0] + "': " + std::strerror(error));
  return child;
}

/// A running child, reaped in any case, and with it all that it started is ended.
class Child {
 public:
  explicit Child(pid_t process) : process_(process), descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, process, 0))) {}
  ~Child() {
    end();
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Can be read when the child has ended; negative on systems without such descriptors (before Linux 5.3).
  int descriptor() const { return descriptor_; }
  /// True when it has ended by itself before the deadline.
  bool ends_before(Clock::time_point deadline) const {
    while (!has_ended()) {
      if (Clock::now() >= deadline) return false;
      ::poll(nullptr, 0, 2);
    }
    return true;
  }
  /// The wait status. The group is killed before its leader is reaped: until then no other process can have its number.
  int end() {
    if (process_ < 0) return status_;
    ::kill(-process_, SIGKILL);
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status_;
  }

 private:
  bool has_ended() const {
    siginfo_t info{};
    const int found = ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT);
    // An error: this program ignores SIGCHLD, so the system has reaped the child, and its end is all that is known.
    return found == 0 ? info.si_pid != 0 : errno != EINTR;
  }

  pid_t process_;
  int descriptor_;
  int status_ = 0;
};

/// What comes through both pipes.
class Reader {
 public:
  Reader(const Pipe& output, const Pipe& result, const Child& child)
      : ends_{{{output.reading(), POLLIN, 0}, {result.reading(), POLLIN, 0}, {child.descriptor(), POLLIN, 0}}} {}

  /// Until the child has closed the result's pipe or has ended (what it left behind may keep the pipe open), or the deadline.
  void read_until(Clock::time_point& deadline, const std::function<bool()>& stop) {
    while (ends_[1].fd >= 0 && (ends_[2].fd < 0 || ends_[2].revents == 0)) {
      if (stop && stop()) deadline = Clock::now();
      auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
      if (stop) left = std::min<decltype(left)>(left, 100);
      if (left <= 0 || (::poll(ends_.data(), ends_.size(), static_cast<int>(left)) < 0 && errno != EINTR)) return;
      take_what_is_there();
    }
  }
  void read_the_rest() {
    ends_[2].fd = -1;
    while (::poll(ends_.data(), ends_.size(), 0) > 0 && rest_-- > 0) take_what_is_there();
  }
  void tell(ChildEnd& end) {
    end.output = output_.one_line();
    end.result = std::move(result_);
  }

 private:
  void take_what_is_there() {
    std::array<char, 65536> bytes;
    for (pollfd& end : std::span(ends_).first(2)) {
      if (end.fd < 0 || end.revents == 0) continue;
      const ssize_t count = ::read(end.fd, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) end.fd = -1;  // poll leaves such an entry alone
      else if (&end == &ends_[0]) output_.add(bytes.data(), static_cast<std::size_t>(count));
      else if (result_.size() < kLargestResult) result_.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }

  std::array<pollfd, 3> ends_;  ///< both pipes, and the child itself
  KeptText output_;
  std::string result_;
  int rest_ = 64;  ///< reads after the end, for a grandchild may print on for ever
};

std::string signal_text(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
      return std::string("crashed (") + ::strsignal(signal) + ")";
    case SIGABRT:
      return "aborted the process";
    case SIGKILL:
      return "was killed (by the system, when memory ran out, or by somebody)";
    default:
      return std::string("was ended by a signal (") + ::strsignal(signal) + ")";
  }
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto milliseconds = time.count();
  return milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + " s" : std::to_string(milliseconds) + " ms";
}

}  // namespace

ChildEnd run_child(const ChildRequest& request) {
  Pipe output, result;
  auto deadline = Clock::now() + request.time_limit;
  Child child(started(request, output, result));
  output.close_writing();
  result.close_writing();
  Reader reader(output, result, child);
  reader.read_until(deadline, request.stop);
  const bool in_time = child.ends_before(deadline);
  const int status = child.end();
  reader.read_the_rest();
  ChildEnd end;
  reader.tell(end);
  end.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  end.kind = !in_time ? ChildEnd::Kind::timed_out : WIFSIGNALED(status) ? ChildEnd::Kind::killed : ChildEnd::Kind::exited;
  return end;
}

std::string end_text(const ChildEnd& end, std::chrono::milliseconds time_limit) {
  std::string text = "ended the process (exit status " + std::to_string(end.status) + ")";
  if (end.kind == ChildEnd::Kind::killed) text = signal_text(end.status);
  if (end.kind == ChildEnd::Kind::timed_out) text = "did not end within " + seconds_text(time_limit);
  return text;
}

std::string printed_text(const ChildEnd& end) { return end.output.empty() ? "" : "; it printed '" + end.output + "'"; }

}  // namespace flowrun
