#include "verbs/watch.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <thread>

#include "flowrun/host/case_recorder.h"
#include "flowrun/host/file_stamps.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"
#include "report/page_nonce.h"
#include "system/exit_status.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"
#include "verbs/run.h"
#include "viewer/viewer_page.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kMostPages = 4;  ///< of cases that are made without being asked for

using Looks = std::map<std::string, FileStamp>;  ///< by path

/// The words behind "watch": what each run is started with.
Words words_of_this_process() {
  std::ifstream stream("/proc/self/cmdline", std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(stream)), {});
  Words words;
  for (std::size_t at = 0; at < all.size(); at = all.find('\0', at) + 1) words.emplace_back(all.c_str() + at);
  words.erase(words.begin(), std::find(words.begin(), words.end(), "watch"));
  if (!words.empty()) words.front() = "run";
  return words;
}

void add_graphs(const GraphSpec& spec, std::set<std::string>& files) {
  if (!files.insert(spec.file.string()).second) return;
  for (const NodeSpec& node : spec.nodes)
    if (node.subgraph) add_graphs(*node.subgraph, files);
}

struct Used {
  std::set<std::string> files;  ///< graphs, tables of cases, inputs, models, libraries
  Words cases;
};

/// What a run uses. Of a graph that cannot be run the files that are known.
Used used_by(const RunCommand& command) {
  Diagnostics faults;
  Used used{{command.graph}, {}};
  if (const auto spec = load_graph(command.graph, faults)) add_graphs(*spec, used.files);
  for (const std::string& cases : command.cases)
    if (cases.find('{') == std::string::npos) used.files.insert(cases);
  Registry registry = open_registry(command.plugin_paths);
  const Cohort cohort(command, registry, faults);
  if (faults.has_errors() || !cohort.graph()) return used;
  const auto add = [&used](const std::vector<NodeFile>& found) {
    for (const NodeFile& file : found)
      if (file.role == PathRole::input) used.files.insert(file.path);
  };
  for (const Case& one : cohort.cases()) {
    used.cases.push_back(one.name);
    add(files_of_case(*cohort.graph(), one, command.out));
  }
  add(files_of_run(*cohort.graph(), command.out));
  for (const ValidatedNode& node : cohort.graph()->nodes)
    if (!node.library.empty())
      for (std::string& file : records::plugin_files(node.library)) used.files.insert(std::move(file));
  return used;
}

/// The first file that looks otherwise now; empty: none.
std::string changed_file(const Looks& before) {
  for (const auto& [file, look] : before)
    if (const FileStamp now = records::look_at(file); now.size != look.size || !records::looks_same(now, look))
      if (now.size >= 0 || look.size >= 0) return file;
  return "";
}

/// Starts flowrun with other words, in a process of its own that loads libraries as they are now.
pid_t start_flowrun(const Words& words) {
  std::vector<char*> arguments;
  std::string program = "flowrun";
  arguments.push_back(program.data());
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t normal;
  sigemptyset(&normal);
  sigaddset(&normal, SIGINT);
  posix_spawnattr_setsigdefault(&attributes, &normal);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = -1;
  const int failed = posix_spawn(&child, "/proc/self/exe", nullptr, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) throw Error("'flowrun " + words.front() + "' cannot be started: " + std::generic_category().message(failed));
  return child;
}

pid_t current_run = 0;

/// Whoever ends watch ends its run.
void end_with_run(int signal) {
  if (current_run > 0) ::kill(current_run, signal);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// Whether a person ended the run. After a node that crashes watch continues: its author can correct it meanwhile.
bool was_ended(int status) {
  static const std::set<int> kWanted{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGKILL};
  return status == kInterrupted || kWanted.contains(status - 128);
}

/// The exit status of a run, beside which something else is done. Ctrl-C is the run's.
template <class Beside>
int run_once(const Words& words, Beside beside) {
  const auto before = std::signal(SIGINT, SIG_IGN);
  const pid_t child = current_run = start_flowrun(words);
  beside();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  current_run = 0;
  std::signal(SIGINT, before);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The pages of the run's cases, which follow it: flowrun view --follow beside the runs. A reader that an image brings down takes
/// no run with it.
class Pages {
 public:
  explicit Pages(const RunCommand& command) : command_(command) {
    ::setenv(kWatchVariable, std::to_string(::getpid()).c_str(), 1);
  }
  ~Pages() { end(); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  /// Pages of few cases are made; of many cases those that somebody has asked for.
  void follow(const Words& cases) {
    Words wanted;
    std::error_code unknown;
    for (const std::string& name : cases)
      if (cases.size() <= kMostPages || fs::exists(viewer_file(command_.out, name), unknown)) wanted.push_back(name);
    if (wanted.empty() || !command_.sweep.empty() || (wanted == names_ && !was_killed())) return;
    end();
    names_ = wanted;
    Words words{"view", command_.out, "--follow"};
    for (const std::string& path : command_.plugin_paths) words.insert(words.end(), {"--plugin-path", path});
    words.insert(words.end(), wanted.begin(), wanted.end());
    process_ = start_flowrun(words);
  }

 private:
  /// One that has ended by itself has said why, and would again.
  bool was_killed() {
    int status = 0;
    if (process_ < 0 || ::waitpid(process_, &status, WNOHANG) != process_) return false;
    process_ = -1;
    return WIFSIGNALED(status);
  }

  void end() {
    if (process_ < 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

  const RunCommand& command_;
  Words names_;
  pid_t process_ = -1;
};

/// The files that runs have used, as they looked before the current run, or when it began.
class WatchedFiles {
 public:
  explicit WatchedFiles(const RunCommand& command) : command_(command) { add(std::numeric_limits<std::int64_t>::max()); }

  const Words& cases() const { return used_.cases; }
  std::size_t size() const { return looks_.size(); }

  void look() {
    for (auto& [file, look] : looks_) look = records::look_at(file);
  }
  /// Adds what the run uses that has just begun. A file that is new here and was written meanwhile has changed.
  void add(std::int64_t begun_ns) {
    try {
      used_ = used_by(command_);
    } catch (const std::exception&) {  // the run says it
    }
    for (const std::string& file : used_.files) {
      const auto [known, is_new] = looks_.try_emplace(file);
      if (!is_new) continue;
      known->second = records::look_at(file);
      if (known->second.mtime_ns >= begun_ns) known->second.marks.clear();  // looks like nothing
    }
  }
  /// The first that looks otherwise now; empty: none.
  std::string changed() const { return changed_file(looks_); }

  /// Waits until nothing has changed for a moment: editors and linkers write in steps.
  void settle() const {
    Looks last = looks_;
    for (int i = 0; i < 50 && !changed_file(last).empty(); ++i) {
      for (auto& [file, look] : last) look = records::look_at(file);
      std::this_thread::sleep_for(60ms);
    }
  }

 private:
  const RunCommand& command_;
  Used used_;
  Looks looks_;  ///< what is missing for a moment is watched on
};

std::int64_t now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

int watch(const RunCommand& command) {
  if (command.graph.empty()) throw WrongUse{"'watch' needs the argument GRAPH, a graph file"};
  if (command.graph == "-") throw WrongUse{"'watch' needs a file: the standard input cannot be saved again"};
  if (command.resume || command.dry_run) throw WrongUse{"'watch' runs all cases each time; leave --resume and --dry-run out"};
  const Words words = words_of_this_process();
  for (const int signal : {SIGTERM, SIGHUP})
    if (std::signal(signal, end_with_run) == SIG_IGN) std::signal(signal, SIG_IGN);  // nohup
  WatchedFiles files(command);
  Pages pages(command);
  for (;;) {
    files.look();
    const std::int64_t begun = now_ns() - 20'000'000;  // the clock of files is coarser
    pages.follow(files.cases());
    const int status = run_once(words, [&] { files.add(begun); });
    pages.follow(files.cases());
    if (was_ended(status)) return status;
    fmt::print(stderr, "flowrun: {}; watching {}; Ctrl-C ends\n",
               status == kAllDone ? "done" : fmt::format("the last good results stay (exit status {})", status),
               count_text(files.size(), "file"));
    std::string changed;
    while ((changed = files.changed()).empty()) std::this_thread::sleep_for(50ms);
    files.settle();
    fmt::print(stderr, "\nflowrun: '{}' changed\n", printable(changed));
  }
}

}  // namespace

Verb watch_verb(CLI::App& app) {
  Verb verb(
      app, "watch", "run a graph, and again whenever a file that it uses is saved",
      "  flowrun watch graphs/demo.json --out look\n"
      "  flowrun watch segment.json --in flair=p07/flair.nii.gz --in t1=p07/t1.nii.gz --out look\n\n"
      "Watched are the graph with its subgraphs, the cases, their images, the models and the plugins. What has not\n"
      "changed is not computed again (docs/kept-results.md). A graph with faults is not run: its faults are printed, and\n"
      "what the last good run wrote stays. Takes the options of 'flowrun run'.\n"
      "Exit status: 3 when a run was interrupted, 128 + n when somebody ended one by signal n, 2 for a wrong command line.");
  RunCommand& command = verb.carried_out_by(watch);
  declare_run(verb, command);
  return verb;
}

}  // namespace flowrun
