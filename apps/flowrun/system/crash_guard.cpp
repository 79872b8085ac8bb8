#include "system/crash_guard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <string_view>

#include "flowrun/host/case_record.h"
#include "flowrun/host/crash_record.h"
#include "flowrun/host/running_calls.h"
#include "system/exit_status.h"
#include "system/process_calls.h"

// What a handler calls here is on POSIX's list of functions for handlers, takes no lock and no memory, and throws nothing.

namespace flowrun {
namespace {

constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::size_t kMostCalls = 64;

/// What the handler needs; written while no handler is set.
struct Facts {
  int folder = -1;  ///< "<out>/flowrun"; -1: nothing is kept
  const std::string* crashes = nullptr;  ///< name of the folder in it
  const std::string* graph_hash = nullptr;
  const std::vector<std::uint64_t>* case_keys = nullptr;
  std::array<struct sigaction, kSignals.size()> before{};
  pid_t process = 0;  ///< that the guard watches; 0: none
};
Facts facts;
std::atomic<bool> reported{false};

/// Text of bounded length. What is no printable ASCII becomes '?'; names of cases and nodes are.
class Text {
 public:
  Text& add(std::string_view text) {
    for (const char c : text)
      if (size_ < bytes_.size()) bytes_[size_++] = (c >= ' ' && c <= '~') || c == '\n' ? c : '?';
    return *this;
  }
  Text& add_number(std::uint64_t number, unsigned base = 10, int digits = 1) {
    std::array<char, 20> text;
    std::size_t at = text.size();
    for (; number > 0 || digits > 0; number /= base, --digits) text[--at] = "0123456789abcdef"[number % base];
    return add({text.data() + at, text.size() - at});
  }
  Text& add_field(std::string_view name, std::string_view value) { return add(name).add("=").add(value).add("\n"); }
  void write_to(int descriptor) const {
    for (std::size_t done = 0; done < size_;) {
      const ssize_t count = ::write(descriptor, bytes_.data() + done, size_ - done);
      if (count <= 0 && errno != EINTR) return;
      if (count > 0) done += static_cast<std::size_t>(count);
    }
  }
  const char* c_str() {
    bytes_[size_ < bytes_.size() ? size_ : bytes_.size() - 1] = '\0';
    return bytes_.data();
  }

 private:
  std::array<char, 6144> bytes_;
  std::size_t size_ = 0;
};

std::string_view name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "Segmentation fault";
    case SIGBUS:
      return "Bus error";
    case SIGFPE:
      return "Floating point exception";
    case SIGILL:
      return "Illegal instruction";
    case SIGABRT:
      return "Aborted";
    default:
      return "unknown signal";
  }
}

/// What the crashed thread was in, or everything that could have to do with it.
struct Look {
  std::array<RunningCall, kMostCalls> calls{};
  std::size_t count = 0;
  bool is_own = false;  ///< the crashed thread was in that call; else in none, and these run on others
  const RunningCall* blamed() const { return count == 1 ? calls.data() : nullptr; }
};

void look(Look& found) {
  found.is_own = own_call(found.calls[0]);
  found.count = found.is_own ? 1 : running_calls(found.calls);
}

void add_call(Text& text, const RunningCall& call) {
  text.add("node '").add(call.node->id).add("' (").add(call.node->type_name).add(", plugin ").add(call.node->plugin).add(")");
  if (call.of_case) text.add(" on case '").add(call.of_case->name).add("'");
  if (call.chunk >= 0) text.add(", chunk ").add_number(static_cast<std::uint64_t>(call.chunk));
  if (call.opening) text.add(", while it was opened");
}

void add_where(Text& text, const Look& found) {
  if (!found.is_own) text.add("outside the calls of the engine's threads (in a thread of a library, or in flowrun)");
  if (!found.is_own && found.count > 0) text.add(", while these ran: ");
  if (found.is_own) text.add("in ");
  for (std::size_t i = 0; i < found.count; ++i) add_call(i ? text.add("; ") : text, found.calls[i]);
}

void add_advice(Text& text, const Look& found) {
  const RunningCall* const blamed = found.blamed();
  if (blamed && blamed->of_case) text.add(". --resume counts this case as failed and runs the rest");
  else if (!blamed && found.count > 1) text.add(". No case is blamed; with --threads 1 --cases-in-flight 1 the one can be found");
  else text.add(". No case is to blame");
}

void say(std::string_view how, const Look& found) {
  Text text;
  text.add("\nflowrun: ").add(how).add(" ");
  add_where(text, found);
  add_advice(text, found);
  text.add("\n").write_to(STDERR_FILENO);
}

void add_blamed(Text& text, const RunningCall& call) {
  text.add_field("node", call.node->id).add_field("type", call.node->type_name).add_field("plugin", call.node->plugin);
  if (!call.of_case) return;
  text.add("values=").add_number((*facts.case_keys)[static_cast<std::size_t>(call.case_index)], 16, 16).add("\n");
  text.add_field("case", call.of_case->name);
}

void add_time(Text& text) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  text.add("time_ns=")
      .add_number(static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec));
  text.add("\n");
}

/// Whole or not at all for who reads it: its last line says that it is whole.
void keep(std::string_view how, const Look& found) {
  if (facts.folder < 0) return;
  const RunningCall* const blamed = found.blamed();
  Text text, name;
  text.add(kCrashMark).add_field("signal", how).add_field("graph", *facts.graph_hash);
  if (blamed) add_blamed(text, *blamed);
  add_time(text);
  text.add("end=1\n");
  name.add(*facts.crashes).add("/");
  if (blamed && blamed->of_case) name.add(blamed->of_case->name).add(kCrashSuffix);
  else name.add(kCrashOfRun);
  ::mkdirat(facts.folder, facts.crashes->c_str(), 0777);
  ::unlinkat(facts.folder, name.c_str(), 0);
  const int file = ::openat(facts.folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file < 0) return;
  text.write_to(file);
  ::fsync(file);
  ::close(file);
}

void restore_handlers() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &facts.before[i], nullptr);
}

/// The process ends by the same signal, as if there were no handler: a fault happens again when this returns, a signal that was
/// sent is sent again.
void end_by(int signal, const siginfo_t& info) {
  restore_handlers();
  if (info.si_code <= 0 || signal == SIGABRT) ::raise(signal);  // held back until the handler returns
}

extern "C" void report_crash(int signal, siginfo_t* info, void*) {
  if (reported.exchange(true))
    for (;;) ::pause();  // another thread reports; the process ends with it
  Look found;
  look(found);
  Text how;
  how.add("the process crashed (").add(name_of(signal)).add(")");
  say(how.c_str(), found);
  keep(name_of(signal), found);
  end_by(signal, *info);
}

/// A node's code ended the process. Left alone, it would end as if all were well, with its cases undone.
void report_end(std::string_view call) {
  if (facts.process == 0 || facts.process != ::getpid() || reported.exchange(true)) return;
  Look found;
  look(found);
  Text how, kept;
  say(how.add("the process was ended by a call of ").add(call).c_str(), found);
  keep(kept.add("a call of ").add(call).c_str(), found);
  leave_process(kInternalError);
}

extern "C" void report_exit() { report_end("exit"); }
void report_raw_exit() noexcept { report_end("_exit"); }

/// Once: a node that asks for each of its patches would fill the screen.
void report_folder_change() noexcept {
  static std::atomic<bool> said{false};
  Look found;
  look(found);
  if (!found.is_own || said.exchange(true)) return;
  Text text;
  text.add("flowrun: a change of the process's working folder was refused, ");
  add_where(text, found);
  text.add(": all nodes run in one process\n").write_to(STDERR_FILENO);
}

void watch_exit() {
  static const bool watched = std::atexit(report_exit) == 0 && ::at_quick_exit(report_exit) == 0;
  static_cast<void>(watched);
  facts.process = ::getpid();
  watch_process_calls({report_raw_exit, report_folder_change});
}

void set_handlers() {
  watch_exit();
  prepare_signal_stack();
  struct sigaction action {};
  action.sa_sigaction = report_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) ::sigaddset(&action.sa_mask, signal);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &facts.before[i]);
}

}  // namespace

CrashGuard::CrashGuard() { set_handlers(); }

CrashGuard::CrashGuard(const std::filesystem::path& out, const ValidatedGraph& graph, const std::vector<Case>& cases, const std::string& word)
    : crashes_(crash_folder(word)), graph_hash_(graph_hash(node_records(graph))) {
  for (const Case& one : cases) case_keys_.push_back(case_key(one));
  facts.crashes = &crashes_;
  facts.graph_hash = &graph_hash_;
  facts.case_keys = &case_keys_;
  facts.folder = ::open((out / "flowrun").c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  set_handlers();
}

CrashGuard::~CrashGuard() {
  watch_process_calls({});
  facts.process = 0;
  restore_handlers();
  if (facts.folder >= 0) ::close(facts.folder);
  facts = Facts{};
}

}  // namespace flowrun
