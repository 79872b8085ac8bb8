#include "verbs/watch.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "flowrun/host/text.h"
#include "report/page_nonce.h"
#include "system/exit_status.h"
#include "system/followed_child.h"
#include "verbs/run.h"
#include "verbs/watched_files.h"
#include "viewer/viewer_page.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kMostPages = 4;  ///< of cases that are made without being asked for

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

/// Whether a person ended the run. After a node that crashes watch continues: its author can correct it meanwhile.
bool was_ended(int status) {
  static const std::set<int> kWanted{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGKILL};
  return status == kInterrupted || kWanted.contains(status - 128);
}

/// The pages of the run's cases, which follow it: flowrun view --follow beside the runs. A reader that an image brings down takes
/// no run with it.
class Pages {
 public:
  Pages(const RunCommand& command, const FollowedChild& child) : command_(command), child_(child) {}
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
    process_ = child_.start(words, OnKill::goes_on);  // and ends by itself, with its files whole
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
  const FollowedChild& child_;
  Words names_;
  pid_t process_ = -1;
};

std::int64_t now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

int watch(const RunCommand& command) {
  if (command.graph.empty()) throw WrongUse{"'watch' needs the argument GRAPH, a graph file"};
  if (command.graph == "-") throw WrongUse{"'watch' needs a file: the standard input cannot be saved again"};
  if (command.resume || command.dry_run) throw WrongUse{"'watch' runs all cases each time; leave --resume and --dry-run out"};
  FollowedChild child;  // first: a plugin's library may start threads when it is loaded
  ::setenv(kWatchVariable, std::to_string(::getpid()).c_str(), 1);
  const Words words = words_of_this_process();
  WatchedFiles files(command);
  Pages pages(command, child);
  for (;;) {
    files.look();
    const std::int64_t begun = now_ns() - 20'000'000;  // the clock of files is coarser
    pages.follow(files.cases());
    const int status = child.run(words, [&] { files.add(begun); });
    if (child.was_asked()) return kInterrupted;
    pages.follow(files.cases());
    if (was_ended(status)) return status;
    fmt::print(stderr, "flowrun: {}; watching {}; Ctrl-C ends\n",
               status == kAllDone ? "done" : fmt::format("the last good results stay (exit status {})", status),
               count_text(files.size(), "file"));
    std::string changed;
    while ((changed = files.changed()).empty()) std::this_thread::sleep_for(50ms);
    files.settle();
    fmt::print(stderr, "\nflowrun: {}\n", changed);
  }
}

}  // namespace

Verb watch_verb(CLI::App& app) {
  Verb verb(app, "watch", "run a graph, and again whenever a file that it uses is saved",
            "  flowrun watch graphs/demo.json --out look\n"
            "  flowrun watch segment.json --in flair=p07/flair.nii.gz --in t1=p07/t1.nii.gz --out look\n\n"
            "Watched are the graph with its subgraphs, the cases, their images, the models and the plugins. What has not\n"
            "changed is not computed again (docs/kept-results.md). A graph with faults is not run: its faults are printed, and\n"
            "what the last good run wrote stays. Where another run has the output folder, its end is waited for. Takes the\n"
            "options of 'flowrun run' without --resume and --dry-run.\n"
            "Ctrl-C ends it; during a run the running cases finish first, and a second Ctrl-C ends the run at once.\n"
            "Exit status: 3 after Ctrl-C or another request to end, 128 + n when somebody ended a run by signal n, 2 for a\n"
            "wrong command line.");
  RunCommand& command = verb.carried_out_by(watch);
  declare_run(verb, command);
  for (const char* option : {"--resume", "--dry-run"}) verb.hide(option);
  return verb;
}

}  // namespace flowrun
