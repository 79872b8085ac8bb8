// Work that may crash, hang or eat memory, done by a process of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun {

struct ChildRequest {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::chrono::milliseconds time_limit{30'000};
  std::function<bool()> stop;  ///< asked ten times a second: true ends the child as the time limit does; null: never
};

/// How a process for one firing of a node is started (isolation.h): a program that calls run_isolated_firing
/// (flowrun/testing/isolated_firing.h) with the words that come behind `arguments`.
struct IsolatedProgram {
  std::filesystem::path program;  ///< empty: the application has none, and nodes that need one cannot be opened
  std::vector<std::string> arguments;
};

/// How a child ended, and what it left.
struct ChildEnd {
  enum class Kind { exited, killed, timed_out };
  Kind kind = Kind::exited;
  int status = 0;      ///< exit status, or the signal that killed it
  std::string result;  ///< what it wrote with ChildSide::write
  std::string output;  ///< what it printed on both standard streams, on one line of ASCII; its middle left out when it is long

  bool is_clean() const { return kind == Kind::exited && status == 0; }
};

/// Starts the program and waits for its end, at most for the time limit; then it and all that it started are killed. The child
/// has an empty standard input and no descriptor of this process, and it dies with this process. No zombie is left. Throws Error
/// when the program cannot be started. Any thread.
ChildEnd run_child(const ChildRequest& request);

/// A descriptor of this process that a child has as its own by another number.
struct GivenDescriptor {
  int ours = -1;
  int theirs = -1;
};

/// Starts words[0], which is searched in PATH where it has no slash, and does not wait for it. The child has no signal blocked or
/// ignored, a process group of its own, an empty standard input, and the given descriptors. Returns 0 and the process, or the
/// system's error (errno). Any thread.
int start_child(const std::vector<std::string>& words, const std::vector<GivenDescriptor>& given, int& process);

/// "crashed (Segmentation fault)", "ended the process (exit status 3)", "did not end within 30 s".
std::string end_text(const ChildEnd& end, std::chrono::milliseconds time_limit);
/// "; it printed '...'", or "" when it printed nothing.
std::string printed_text(const ChildEnd& end);

/// What keeps a process from writing and from the network: Landlock (files) and seccomp (system calls).
enum class Confined {
  wholly,      ///< by both
  by_calls,    ///< by seccomp alone: it refuses to open any file to write
  by_files,    ///< by Landlock alone: the network, other than TCP from Linux 6.7 on, stays open to it
  not_at_all,  ///< the system has neither
};

/// Whether a confined process may become another program; it starts none in any case.
enum class Programs { refused, in_its_place };

/// The side of the program that run_child started: made once, first of all. Takes the descriptors of the parent away, and limits
/// the memory that this process may have for data (under a sanitizer there is no such limit).
class ChildSide {
 public:
  /// Throws Error when the process was not started by run_child. `memory`: bytes; 0: default_memory().
  explicit ChildSide(std::size_t memory = 0);

  /// Adds to ChildEnd::result.
  void write(std::string_view text) const;
  /// Before untrusted code runs: from here on, and for good, this process and what it starts can make, change,
  /// remove and execute no file, reach no network, start no process and send no signal to another. It reads files, and has
  /// threads.
  static Confined confine(Programs programs = Programs::refused);
  /// Becomes another program, found as a shell finds it, whose descriptor 3 is where it writes its result. Returns when that
  /// fails, with the reason.
  std::string become(const std::vector<std::string>& command) const;
  /// Ends the process at once, without running code of libraries that were loaded.
  [[noreturn]] static void end(int status);

  /// Half of the machine's memory, and 8 GiB at most.
  static std::size_t default_memory();

 private:
  int descriptor_ = -1;
};

}  // namespace flowrun
