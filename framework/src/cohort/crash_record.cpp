#include "flowrun/host/crash_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include "cohort/earlier_files.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongest = 16384;

/// The beginning of a file that is no link; "" when it cannot be read.
std::string text_of(const fs::path& file) {
  std::error_code unknown;
  if (fs::is_symlink(fs::symlink_status(file, unknown))) return "";
  try {
    return read_plain_file(file, kLongest);
  } catch (const Error&) {
    return "";
  }
}

CaseError error_of(const CrashRecord& crash) {
  return {crash.node, crash.type, crash.plugin,
          fmt::format("the process crashed in this node ({}); --retry-failed runs the case again", crash.signal)};
}

/// A file that was written after the crash may be another one now; one that is gone will be missed.
bool is_newer(const CaseRecord& record, std::int64_t time_ns) {
  const auto newer = [&](const auto& one) { return one.file.size < 0 || one.file.mtime_ns > time_ns; };
  return std::any_of(record.inputs.begin(), record.inputs.end(), newer) ||
         std::any_of(record.models.begin(), record.models.end(), newer);
}

}  // namespace

/// FNV-1a over names and values, each with its end marked.
std::uint64_t case_key(const Case& one) {
  std::uint64_t key = 0xcbf29ce484222325u;
  const auto add = [&key](const std::string& text) {
    for (const char c : text + '\0') key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  };
  for (const auto& [name, value] : one.inputs) {
    add(name);
    add(to_string(value));
  }
  return key;
}

std::optional<CrashRecord> read_crash_record(const fs::path& file) {
  const std::string text = text_of(file);
  if (!text.starts_with(kCrashMark)) return std::nullopt;
  std::istringstream lines(text);
  std::map<std::string, std::string> found;
  for (std::string line; std::getline(lines, line);)
    if (const std::size_t equals = line.find('='); equals != std::string::npos)
      found[line.substr(0, equals)] = line.substr(equals + 1);
  CrashRecord crash{found["signal"], found["node"], found["type"], found["plugin"], found["graph"], found["values"], 0};
  const std::string& time = found["time_ns"];
  const auto [end, failed] = std::from_chars(time.data(), time.data() + time.size(), crash.time_ns);
  const bool whole = failed == std::errc() && end == time.data() + time.size() && found.contains("end");
  return whole ? std::optional(std::move(crash)) : std::nullopt;
}

std::string crash_folder(const std::string& word) { return word.empty() ? "crashes" : "crashes." + word; }

Crashes::Crashes(fs::path out, std::string word) : out_(std::move(out)), word_(std::move(word)) {}

fs::path Crashes::file_of(const std::string& case_name) const {
  return out_ / "flowrun" / crash_folder(word_) / (case_name + kCrashSuffix);
}

bool Crashes::has(const std::string& case_name) const {
  std::error_code unused;
  return fs::is_regular_file(fs::symlink_status(file_of(case_name), unused));
}

std::optional<CaseRecord> Crashes::record_of(const Case& one, CaseRecorder& recorder) const {
  if (!has(one.name)) return std::nullopt;
  const std::optional<CrashRecord> crash = read_crash_record(file_of(one.name));
  if (!crash || crash->values != fmt::format("{:016x}", case_key(one))) return std::nullopt;
  CaseResult result;
  result.name = one.name;
  result.status = CaseStatus::failed;
  result.errors.push_back(error_of(*crash));
  recorder.start(one);
  CaseRecord record = recorder.finish(one, result);
  record.earlier = earlier_files_of(out_, one.name, word_);
  const bool counts = record.graph_hash == crash->graph_hash && !is_newer(record, crash->time_ns);
  return counts ? std::optional(std::move(record)) : std::nullopt;
}

std::string Crashes::settle(const std::vector<Case>& to_run, const std::vector<std::optional<CaseRecord>>& earlier) const {
  const std::string of_run = take_crash_of_run();
  for (const Case& one : to_run) forget(one.name);
  for (const auto& record : earlier)
    if (record && record->status != CaseStatus::done) write_case_record(case_record_file(out_, record->name, word_), *record);
  return of_run;
}

void Crashes::forget(const std::string& case_name) const {
  std::error_code unused;
  fs::remove(file_of(case_name), unused);
  fs::remove(out_ / "flowrun" / crash_folder(word_), unused);  // when it is empty
}

/// A sentence about a crash of the run before that no case is to blame for, or "".
std::string Crashes::take_crash_of_run() const {
  const fs::path file = out_ / "flowrun" / crash_folder(word_) / kCrashOfRun;
  const std::optional<CrashRecord> crash = read_crash_record(file);
  std::error_code unused;
  fs::remove(file, unused);
  fs::remove(file.parent_path(), unused);
  if (!crash) return "";
  const std::string where =
      crash->node.empty() ? "" : fmt::format(" in node '{}' ({}, plugin {})", crash->node, crash->type, crash->plugin);
  return fmt::format("the run before this one crashed ({}){}, and no case could be blamed for it", crash->signal, where);
}

}  // namespace flowrun
