#include "verbs/watched_files.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <thread>

#include "flowrun/host/case_recorder.h"
#include "flowrun/host/found_cases.h"
#include "flowrun/host/graph_files.h"
#include "flowrun/host/text.h"
#include "terminal/open_registry.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

using Looks = std::map<std::string, FileStamp>;

bool is_pattern(const std::string& word) { return word.find('{') != std::string::npos; }

bool finds_cases(const RunCommand& command) {
  return !command.bids.empty() || std::any_of(command.cases.begin(), command.cases.end(), is_pattern);
}

std::string whole_path(const std::string& file) {
  std::error_code unknown;
  return fs::absolute(file, unknown).lexically_normal().string();
}

/// "@ratings.tsv:pass" names a table; a rating may stand behind it.
void add_ratings(const Words& words, Used& used) {
  for (const std::string& word : words) {
    if (!word.starts_with('@')) continue;
    used.files.insert(word.substr(1));
    if (const std::size_t colon = word.rfind(':'); colon != std::string::npos) used.files.insert(word.substr(1, colon - 1));
  }
}

void add_node_files(const std::vector<NodeFile>& found, Used& used) {
  for (const NodeFile& file : found) {
    if (file.role == PathRole::input) used.files.insert(file.path);
    if (file.role == PathRole::output) used.written.insert(whole_path(file.path));
  }
}

/// Of a graph that cannot be run, the files that are known. The run reports what throws here.
void add_used(const RunCommand& command, Used& used) try {
  for (const std::string& file : graph_files(command.graph)) used.files.insert(file);
  for (const std::string& cases : command.cases)
    if (!is_pattern(cases)) used.files.insert(cases);
  add_ratings(command.only, used);
  add_ratings(command.exclude, used);
  Registry registry = open_registry(command.plugin_paths);
  Diagnostics faults;
  const Cohort cohort(command, registry, faults);
  if (faults.has_errors() || !cohort.graph()) return;
  for (const Case& one : cohort.cases()) {
    used.cases.push_back(one.name);
    add_node_files(files_of_case(*cohort.graph(), one, command.out), used);
  }
  add_node_files(files_of_run(*cohort.graph(), command.out), used);
  for (const ValidatedNode& node : cohort.graph()->nodes)
    if (!node.library.empty())
      for (std::string& file : records::plugin_files(node.library)) used.files.insert(std::move(file));
} catch (const std::exception&) {
}

/// The first file that looks otherwise now; empty: none.
std::string changed_file(const Looks& before) {
  for (const auto& [file, look] : before)
    if (const FileStamp now = records::look_at(file); now.size != look.size || !records::looks_same(now, look))
      if (now.size >= 0 || look.size >= 0) return file;
  return "";
}

}  // namespace

WatchedFiles::WatchedFiles(const RunCommand& command) : command_(command), finds_cases_(finds_cases(command)) {
  add(std::numeric_limits<std::int64_t>::max());
}

void WatchedFiles::look() {
  if (finds_cases_) found_ = found_now();
  for (auto& [file, look] : looks_) look = records::look_at(file);
}

void WatchedFiles::add(std::int64_t begun_ns) {
  Used used;
  add_used(command_, used);
  if (used.cases.empty()) used.cases = used_.cases;
  used.written.merge(used_.written);
  used_ = std::move(used);
  for (const std::string& file : used_.files) {
    const auto [known, is_new] = looks_.try_emplace(file);
    if (!is_new) continue;
    known->second = records::look_at(file);
    if (known->second.mtime_ns >= begun_ns) known->second.marks.clear();  // looks like nothing
  }
}

/// Where the run writes between the files that a pattern finds, what it writes is no new case.
Words WatchedFiles::found_now() {
  constexpr int kShare = 20;  // at most one part in twenty of the time is spent with this
  const Clock::time_point begun = Clock::now();
  FoundCases found = find_cases(command_, command_.graph);
  Words lines = std::move(found.faults);
  found_files_.clear();
  for (const Case& one : found.cases) {
    std::string line = one.name;
    bool is_written = false;
    for (const auto& [input, value] : one.inputs) {
      const auto* const file = std::get_if<std::string>(&value);
      if (!file) continue;
      line += '\n' + input + '=' + *file;
      is_written = is_written || used_.written.contains(whole_path(*file));
      std::error_code unknown;
      if (fs::is_regular_file(*file, unknown)) found_files_.insert(*file);
    }
    if (!is_written) lines.push_back(std::move(line));
  }
  next_find_ = Clock::now() + std::max<Clock::duration>(500ms, kShare * (Clock::now() - begun));
  return lines;
}

std::string WatchedFiles::changed() {
  if (const std::string file = changed_file(looks_); !file.empty()) return "'" + printable(file) + "' changed";
  if (!finds_cases_ || Clock::now() < next_find_) return "";
  return found_now() == found_ ? "" : "the cases that are found, or their files, have changed";
}

void WatchedFiles::settle() const {
  Looks last = looks_;
  for (const std::string& file : found_files_) last.try_emplace(file);
  for (int i = 0; i < 50 && !changed_file(last).empty(); ++i) {
    for (auto& [file, look] : last) look = records::look_at(file);
    std::this_thread::sleep_for(60ms);
  }
}

}  // namespace flowrun
