#include "authoring/graphviz.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "flowrun/sdk/error.h"
#include "system/interrupts.h"

namespace flowrun {
namespace {

/// A descriptor, closed with this object.
class Descriptor {
 public:
  Descriptor(int number, const char* what) : number_(number) {
    if (number < 0) throw Error(std::string("cannot make ") + what + ": " + std::strerror(errno));
  }
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

/// The signals that ask this process to end, taken by a descriptor instead.
class HeldSignals {
 public:
  HeldSignals()
      : signals_(ending_signals()),
        before_(blocked()),
        arrivals_(::signalfd(-1, &signals_, SFD_CLOEXEC), "a descriptor for signals") {}
  ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  int descriptor() const { return arrivals_.number(); }
  const sigset_t& before() const { return before_; }

 private:
  sigset_t blocked() const {
    sigset_t before;
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before);
    return before;
  }
  sigset_t signals_;
  sigset_t before_;
  Descriptor arrivals_;
};

/// The text as a file without a name, to be read from its beginning.
void fill(const Descriptor& file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(file.number(), text.data() + done, text.size() - done);
    if (count < 0 && errno != EINTR) throw Error(std::string("cannot hand the graph to Graphviz: ") + std::strerror(errno));
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  ::lseek(file.number(), 0, SEEK_SET);
}

/// A started 'dot', ended with this object.
class Dot {
 public:
  Dot(int input, int output, const sigset_t& mask) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_init(&actions);
    sigset_t defaults;
    ::sigemptyset(&defaults);
    ::sigaddset(&defaults, SIGPIPE);
    ::posix_spawnattr_setsigmask(&attributes, &mask);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    std::string words[] = {"dot", "-Tsvg"};
    char* arguments[] = {words[0].data(), words[1].data(), nullptr};
    const int failed = ::posix_spawnp(&process_, "dot", &actions, &attributes, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (failed)
      throw Error(
          "an SVG is drawn by Graphviz's program 'dot', which is missing; install the package 'graphviz', or write a .dot file");
  }
  ~Dot() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    end();
  }
  Dot(const Dot&) = delete;
  Dot& operator=(const Dot&) = delete;

  bool end() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  pid_t process_ = -1;
};

/// All that comes through a pipe, unless a signal comes.
std::string read_all(int pipe, int signals) {
  std::string text;
  std::array<char, 65536> bytes;
  std::array<pollfd, 2> ends{{{pipe, POLLIN, 0}, {signals, POLLIN, 0}}};
  for (;;) {
    if (::poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR)
      throw Error(std::string("cannot read from Graphviz: ") + std::strerror(errno));
    signalfd_siginfo signal;  // taken: else it would end the process as soon as it is no longer held back
    if (ends[1].revents != 0 && ::read(signals, &signal, sizeof signal) > 0) throw Interrupted{};
    if (ends[0].revents == 0) continue;
    const ssize_t count = ::read(pipe, bytes.data(), bytes.size());
    if (count == 0) return text;
    if (count > 0) text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

std::string svg_of(const std::string& dot) {
  const HeldSignals signals;
  const Descriptor input(::memfd_create("flowrun.dot", MFD_CLOEXEC), "a file in memory");
  fill(input, dot);
  int ends[2];
  const bool piped = ::pipe2(ends, O_CLOEXEC) == 0;
  const Descriptor reading(piped ? ends[0] : -1, "a pipe");
  Descriptor writing(ends[1], "a pipe");
  Dot process(input.number(), writing.number(), signals.before());
  writing.close();
  std::string picture = read_all(reading.number(), signals.descriptor());
  if (!process.end()) throw Error("Graphviz's 'dot' failed to draw the graph; its message stands above");
  return picture;
}

}  // namespace flowrun
