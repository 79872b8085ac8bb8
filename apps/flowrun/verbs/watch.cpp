#include "verbs/watch.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include "flowrun/host/case_recorder.h"
#include "flowrun/host/file_stamps.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"
#include "verbs/run.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

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

/// The files that a run uses: graphs, tables of cases, inputs, models, libraries. Of a graph that cannot be run those that are
/// known.
std::set<std::string> files_of(const RunCommand& command) {
  Diagnostics faults;
  std::set<std::string> files{command.graph};
  if (const auto spec = load_graph(command.graph, faults)) add_graphs(*spec, files);
  for (const std::string& cases : command.cases)
    if (cases.find('{') == std::string::npos) files.insert(cases);
  Registry registry = open_registry(command.plugin_paths);
  const Cohort cohort(command, registry, faults);
  if (faults.has_errors() || !cohort.graph()) return files;
  const auto add = [&files](const std::vector<NodeFile>& found) {
    for (const NodeFile& file : found)
      if (file.role == PathRole::input) files.insert(file.path);
  };
  for (const Case& one : cohort.cases()) add(files_of_case(*cohort.graph(), one, command.out));
  add(files_of_run(*cohort.graph(), command.out));
  for (const ValidatedNode& node : cohort.graph()->nodes)
    if (!node.library.empty())
      for (std::string& file : records::plugin_files(node.library)) files.insert(std::move(file));
  return files;
}

Looks looks_at(const std::set<std::string>& files) {
  Looks looks;
  for (const std::string& file : files) looks.emplace(file, records::look_at(file));
  return looks;
}

/// The first file that looks otherwise now; empty: none.
std::string changed_file(const Looks& before) {
  for (const auto& [file, look] : before)
    if (const FileStamp now = records::look_at(file); now.size != look.size || !records::looks_same(now, look))
      if (now.size >= 0 || look.size >= 0) return file;
  return "";
}

/// Waits until nothing has changed for a moment: editors and linkers write in steps.
void settle(const Looks& before, const std::set<std::string>& files) {
  Looks last = before;
  for (int i = 0; i < 50 && !changed_file(last).empty(); ++i) {
    last = looks_at(files);
    std::this_thread::sleep_for(60ms);
  }
}

/// A run in a process of its own, which loads libraries as they are now; its exit status. Meanwhile Ctrl-C is the run's.
int run_once(const Words& words) {
  std::vector<char*> arguments;
  std::string program = "flowrun";
  arguments.push_back(program.data());
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto before = std::signal(SIGINT, SIG_IGN);
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
  if (failed != 0) throw Error("the run cannot be started: " + std::generic_category().message(failed));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::signal(SIGINT, before);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The pages of cases that somebody has made to look at (flowrun view) follow the run.
void make_pages_again(const RunCommand& command) {
  const fs::path folder = fs::path(command.out) / "flowrun" / "viewer";
  Words words{"view", command.out};
  std::error_code none;
  for (auto page = fs::directory_iterator(folder, none); !none && page != fs::directory_iterator(); page.increment(none))
    if (page->path().extension() == ".html") words.push_back(page->path().stem().string());
  if (words.size() > 2) run_once(words);
}

int watch(const RunCommand& command) {
  if (command.graph.empty()) throw WrongUse{"'watch' needs the argument GRAPH, a graph file"};
  if (command.graph == "-") throw WrongUse{"'watch' needs a file: the standard input cannot be saved again"};
  if (command.resume || command.dry_run) throw WrongUse{"'watch' runs all cases each time; leave --resume and --dry-run out"};
  const Words words = words_of_this_process();
  std::set<std::string> files;
  for (;;) {
    files.merge(files_of(command));  // what is missing for a moment is watched on
    const Looks looks = looks_at(files);
    const int status = run_once(words);
    if (status == kInterrupted || status > 128) return status;
    if (status == kAllDone) make_pages_again(command);
    fmt::print(stderr, "flowrun: {}; watching {}; Ctrl-C ends\n",
               status == kAllDone ? "done" : fmt::format("the last good results stay (exit status {})", status),
               count_text(files.size(), "file"));
    std::string changed;
    while ((changed = changed_file(looks)).empty()) std::this_thread::sleep_for(100ms);
    settle(looks, files);
    fmt::print(stderr, "\nflowrun: '{}' changed\n", printable(changed));
  }
}

}  // namespace

Verb watch_verb(CLI::App& app) {
  Verb verb(app, "watch", "run a graph, and again whenever a file that it uses is saved",
            "  flowrun watch graphs/demo.json --out look\n"
            "  flowrun watch segment.json --in flair=p07/flair.nii.gz --in t1=p07/t1.nii.gz --out look\n\n"
            "Watched are the graph with its subgraphs, the cases, their images, the models and the plugins. What has not\n"
            "changed is not computed again (docs/kept-results.md). A graph with faults is not run: its faults are printed, and\n"
            "what the last good run wrote stays. Takes the options of 'flowrun run'.\n"
            "Exit status: 3 when a run was interrupted, 128 + n when one was ended by signal n, 2 for a wrong command line.");
  RunCommand& command = verb.carried_out_by(watch);
  declare_run(verb, command);
  return verb;
}

}  // namespace flowrun
