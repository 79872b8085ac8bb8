#include "cohort/earlier_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string_view>

#include "cohort/graph_books.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCheckpoint = "flowrun-checkpoint/";

bool is_checkpoint(const fs::path& file) {
  std::string begin(kCheckpoint.size(), '\0');
  std::ifstream stream(file, std::ios::binary);
  return stream.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == kCheckpoint;
}

/// Its place in the folder of earlier files: below the output folder it keeps its name.
fs::path place_of(const fs::path& file, const fs::path& out) {
  const fs::path whole = fs::absolute(file).lexically_normal();
  const fs::path within = whole.lexically_relative(fs::absolute(out).lexically_normal());
  const bool is_within = !within.empty() && *within.begin() != "..";
  return is_within ? within : "outside" / whole.relative_path();
}

/// To another file system the content is copied.
void move_across(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed != std::errc::cross_device_link) {
    if (failed) throw fs::filesystem_error("moving it", from, to, failed);
    return;
  }
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  fs::remove(from);
}

/// A folder, and those above it up to flowrun's own, when they are empty.
void remove_empty(fs::path folder) {
  std::error_code full;
  for (int above = 0; above < 3 && fs::remove(folder, full) && !full; ++above) folder = folder.parent_path();
}

/// The record of an earlier run of a case; none: there is none that can be read.
std::optional<CaseRecord> record_in(const fs::path& file) {
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return std::nullopt;
  try {
    return read_case_record(file);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// What replaces an earlier record while the case runs, and afterwards where the process does not come to its end.
void write_begun(const fs::path& file, const std::optional<CaseRecord>& earlier, const Case& one, const ValidatedGraph& graph) {
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return;
  CaseRecord begun;
  begun.name = one.name;
  begun.status = CaseStatus::cancelled;
  begun.errors = {{"", "", "", "the process ended while this case ran"}};
  begun.graph = graph.name;
  begun.graph_file = graph.file.string();
  if (earlier) begun.attempt = earlier->attempt;
  write_case_record(file, begun);
}

bool lies_within(const fs::path& file, const fs::path& folder) {
  const fs::path within = fs::weakly_canonical(file).lexically_relative(fs::weakly_canonical(folder));
  return !within.empty() && *within.begin() != "..";
}

/// Whether the person who starts the run wrote a part of the name.
bool is_own(const ValidatedGraph& graph, const NodeFile& file, const Case& one) {
  for (const ValidatedNode& node : graph.nodes)
    for (const ParamExpression& param : node.params)
      if (node.id == file.node && param.name == file.parameter)
        return std::any_of(param.pieces.begin(), param.pieces.end(), [&](const auto& piece) { return one.own.contains(piece.case_value); });
  return false;
}

/// Whether a value that the person wrote on the command line is in the name, beside the case's own.
bool is_named(const ValidatedGraph& graph, const NodeFile& file, Case one) {
  one.own.erase("case");
  return is_own(graph, file, one);
}

bool lists(const CaseRecord& record, const NodeFile& file) {
  return std::any_of(record.outputs.begin(), record.outputs.end(), [&](const OutputFile& output) {
    return output.node == file.node && output.parameter == file.parameter;
  });
}

/// Whether a run into this folder may have made the file: its record lists the parameter, or says that the case was not finished.
bool may_be_of(const std::optional<CaseRecord>& record, const NodeFile& file) {
  return record && (record->status != CaseStatus::done || lists(*record, file));
}

void check_foreign(const std::vector<NodeFile>& files, const std::function<bool(const NodeFile&)>& may_replace,
                   const fs::path& out, const SourceLocation& place, const std::string& whose, Diagnostics& faults) {
  std::error_code unknown;
  for (const NodeFile& file : files) {
    if (file.role != PathRole::output || file.path.empty()) continue;
    if (!fs::is_regular_file(fs::symlink_status(file.path, unknown)) || lies_within(file.path, out) || is_checkpoint(file.path)) continue;
    if (!may_replace(file))
      faults.error(place, fmt::format("node '{}'{} would replace '{}', which lies outside the output folder and is not from an earlier run "
                                      "into it; remove that file first, or write below ${{out}}",
                                      file.node, whose, file.path));
  }
}

}  // namespace

void check_foreign_files(const ValidatedGraph& graph, const std::vector<Case>& cases, const fs::path& out,
                         const std::string& word, const fs::path& run_record, Diagnostics& faults) {
  try {
    for (const Case& one : cases) {
      const auto may_replace = [&](const NodeFile& file) {
        return is_own(graph, file, one) || may_be_of(record_in(case_record_file(out, one.name, word)), file);
      };
      check_foreign(files_of_case(graph, one, out), may_replace, out, one.place, fmt::format(" of case '{}'", one.name), faults);
    }
    const auto may_replace = [&](const NodeFile& file) { return may_be_of(record_in(run_record), file); };
    check_foreign(files_of_run(graph, out), may_replace, out, {}, "", faults);
  } catch (const Error& fault) {
    faults.error({}, fault.what());
  }
}

EarlierFiles::EarlierFiles(std::shared_ptr<const ValidatedGraph> graph, fs::path out, std::string word,
                           std::shared_ptr<const ResultLayout> layout)
    : graph_(std::move(graph)), out_(std::move(out)), word_(std::move(word)), layout_(std::move(layout)) {}

void EarlierFiles::put_aside(const Case& one) {
  try {
    const fs::path record = case_record_file(out_, one.name, word_);
    const std::optional<CaseRecord> earlier = record_in(record);
    write_begun(record, earlier, one, *graph_);
    move_files(outputs_of(one, earlier), one.name, !earlier || earlier->status == CaseStatus::done);
  } catch (const std::exception& fault) {  // a parameter that does not fit, say: the case will fail, and say so
    const std::lock_guard lock(mutex_);
    warnings_.push_back(
        fmt::format("case '{}': what an earlier run had made of it could not be looked at: {}", one.name, fault.what()));
  }
}

void EarlierFiles::put_aside_of_run(const fs::path& record) {
  const std::optional<CaseRecord> earlier = record_in(record);
  if (!earlier) return;
  std::vector<Found> files;
  for (const NodeFile& file : files_of_run(*graph_, out_))
    if (file.role == PathRole::output && lists(*earlier, file)) files.push_back({file.path});
  move_files(files, "", true);
}

void EarlierFiles::forget(const std::string& case_name) {
  const fs::path folder = out_ / earlier_folder(case_name, word_);
  std::error_code unused;
  if (fs::remove_all(folder, unused) > 0) remove_empty(folder.parent_path());
}

std::vector<std::string> EarlierFiles::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

/// `replace`: what is there of a still earlier run goes.
void EarlierFiles::move_files(const std::vector<Found>& files, const std::string& case_name, bool replace) {
  const fs::path folder = out_ / earlier_folder(case_name, word_);
  std::error_code unknown;
  const auto is_there = [&](const Found& file) { return file.of_a_run && fs::exists(fs::symlink_status(file.path, unknown)); };
  if (replace && std::any_of(files.begin(), files.end(), is_there)) fs::remove_all(folder, unknown);
  for (const auto& [file, of_a_run] : files) {
    try {
      if (of_a_run) move_file(file, folder, replace);
      else keep_foreign(file);
    } catch (const std::exception& fault) {
      const std::lock_guard lock(mutex_);
      warnings_.push_back(fmt::format("'{}' was there before this run and could not be put aside: {}", file, fault.what()));
    }
  }
}

void EarlierFiles::keep_foreign(const fs::path& file) {
  const fs::path wanted = out_ / "flowrun" / "replaced" / place_of(file, out_);
  fs::path place = wanted;
  std::error_code unknown;
  for (int number = 2; fs::exists(fs::symlink_status(place, unknown)); ++number)
    place = wanted.string() + "." + std::to_string(number);
  fs::create_directories(place.parent_path());
  move_across(file, place);
  const std::lock_guard lock(mutex_);
  warnings_.push_back(fmt::format("'{}' was there before this run and no record of a run names it; it is kept as '{}'",
                                  file.string(), place.string()));
}

void EarlierFiles::move_file(const fs::path& file, const fs::path& folder, bool replace) {
  std::error_code unknown;
  const fs::file_status status = fs::symlink_status(file, unknown);
  if (fs::is_symlink(status)) {
    fs::remove(file);
    return;
  }
  if (!fs::is_regular_file(status) || is_checkpoint(file)) return;
  const fs::path place = folder / place_of(file, out_);
  if (!replace && fs::exists(fs::symlink_status(place, unknown))) {
    fs::remove(file);
    return;
  }
  fs::create_directories(place.parent_path());
  move_across(file, place);
}

std::vector<EarlierFiles::Found> EarlierFiles::outputs_of(const Case& one, const std::optional<CaseRecord>& earlier) const {
  std::vector<Found> files;
  for (const NodeFile& file : files_of_case(*graph_, one, out_, LeftOut::named)) {
    if (file.role != PathRole::output) continue;
    const bool of_a_run = is_of_a_run(one, file, earlier);
    files.push_back({file.path, of_a_run});
    if (const std::string description = layout_->description_of(*graph_, file); !description.empty())
      files.push_back({description, of_a_run});
  }
  return files;
}

/// Whether a run into this folder may have made what lies there; `earlier`: the record of this graph's.
bool EarlierFiles::is_of_a_run(const Case& one, const NodeFile& file, const std::optional<CaseRecord>& earlier) const {
  std::error_code unknown;
  const bool is_plain = fs::is_regular_file(fs::symlink_status(file.path, unknown)) && !is_checkpoint(file.path);
  if (!is_plain || may_be_of(earlier, file)) return true;
  const std::string path = fs::absolute(file.path).lexically_normal().string();
  const auto names_it = [&](const OutputFile& output) {
    return fs::absolute(out_ / output.file.path).lexically_normal() == path;
  };
  for (const std::string& word : graph_words(out_)) {
    const std::optional<CaseRecord> record = record_in(case_record_file(out_, one.name, word));
    if (record && std::any_of(record->outputs.begin(), record->outputs.end(), names_it)) return true;
  }
  return is_named(*graph_, file, one);
}

std::string earlier_files_of(const fs::path& out, const std::string& case_name, const std::string& word) {
  const std::string folder = earlier_folder(case_name, word);
  std::error_code unknown;
  return fs::is_directory(fs::symlink_status(out / folder, unknown)) ? folder : "";
}

std::vector<std::string> earlier_texts(const fs::path& out, const std::string& word, const RunResult& result, CaseStatus of_run) {
  std::size_t aside = 0, untouched = 0;
  std::error_code unknown;
  for (const CaseResult& one : result.cases) {
    if (one.status == CaseStatus::done) continue;
    if (one.status == CaseStatus::not_started) untouched += fs::exists(case_record_file(out, one.name, word), unknown) ? 1 : 0;
    else if (!earlier_files_of(out, one.name, word).empty()) ++aside;
  }
  std::vector<std::string> texts;
  if (aside > 0)
    texts.push_back(fmt::format("{} of an earlier run {} put aside: the files are in '{}'", count_text(aside, "result"),
                                aside == 1 ? "is" : "are", (out / earlier_folder("x", word)).parent_path().string()));
  if (of_run != CaseStatus::done && !earlier_files_of(out, "", word).empty())
    texts.push_back(fmt::format("what an earlier run made once for all cases is put aside, in '{}'", (out / earlier_folder("", word)).string()));
  if (untouched > 0)
    texts.push_back(fmt::format("{} not started; what an earlier run left of {} is as it was",
                                untouched == 1 ? "1 case was" : fmt::format("{} cases were", untouched), untouched == 1 ? "it" : "them"));
  return texts;
}

}  // namespace flowrun
