#include "cohort/run_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

#include "cohort/graph_books.h"
#include "flowrun/host/replay.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// How many runs have tried a case, this one counted.
int attempt_of(const fs::path& file) {
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return 1;
  try {
    return read_case_record(file).attempt + 1;
  } catch (const Error&) {
    return 1;
  }
}

/// Why nothing can be written into a folder; empty: it can.
std::string why_unwritable(const fs::path& folder) {
  const fs::path probe = folder / ".probe";
  try {
    write_atomically(probe, std::string(4096, ' '));
    std::error_code ignored;
    fs::remove(probe, ignored);
    return "";
  } catch (const Error& fault) {
    return fault.what();
  }
}

void add_folders(const std::vector<NodeFile>& files, std::set<fs::path>& folders) {
  for (const NodeFile& file : files)
    if (file.role == PathRole::output) folders.insert(fs::path(file.path).parent_path());
}

}  // namespace

RunRecorder::RunRecorder(CaseRecorder& recorder, std::shared_ptr<const ValidatedGraph> graph, const std::vector<Case>& cases,
                         fs::path out, std::string word, std::shared_ptr<const ResultLayout> layout)
    : recorder_(recorder),
      graph_(std::move(graph)),
      cases_(cases),
      out_(std::move(out)),
      word_(std::move(word)),
      layout_(std::move(layout)),
      earlier_(graph_, out_, word_, layout_) {}

void RunRecorder::follow(RunOptions& options, std::int64_t replay_limit, FindCodec codecs) {
  codecs_ = std::move(codecs);
  replay_limit_ = replay_limit;
  if (replay_limit > 0) options.on_firing_failed = [this](const FailedFiring& failed) { keep(failed); };
  options.on_case_start = [this](std::size_t index) {
    earlier_.put_aside(cases_[index]);
    recorder_.start(cases_[index]);
  };
  options.on_case_end = [this](const CaseResult& result, std::size_t index) { end_case(result, index); };
}

/// The first failed firing of a case.
void RunRecorder::keep(const FailedFiring& failed) {
  if (failed.case_index < 0) return;  // of the run: what it had are all cases
  const auto index = static_cast<std::size_t>(failed.case_index);
  const std::string folder = replay_folder(cases_[index].name, word_);
  const std::lock_guard lock(mutex_);
  if (!replays_.emplace(index, "").second) return;
  try {
    keep_packets(failed, index, folder);
  } catch (const std::exception& fault) {
    warnings_.push_back(fmt::format("case '{}' cannot be replayed: {}", cases_[index].name, fault.what()));
    std::error_code ignored;
    fs::remove_all(out_ / folder, ignored);
  }
}

void RunRecorder::keep_packets(const FailedFiring& failed, std::size_t index, const std::string& folder) {
  KeptFiring kept = keep_firing(*graph_, cases_[index], out_, failed, codecs_);
  if (replay_bytes_ + kept.bytes > replay_limit_) {
    if (!std::exchange(limit_told_, true))
      warnings_.push_back(
          fmt::format("the packets of case '{}' are not kept for replay, nor those of others that need as much: they would "
                      "take {} bytes more than --replay-limit allows",
                      cases_[index].name, replay_bytes_ + kept.bytes - replay_limit_));
    return;
  }
  replay_bytes_ += kept.bytes;
  std::error_code ignored;
  fs::remove_all(out_ / folder, ignored);
  write_kept_firing(out_ / folder, std::move(kept), codecs_);
  replays_[index] = folder;
}

/// What a case left, or the reason why it failed after all: an output is not on the disk.
CaseRecord RunRecorder::record_of(const CaseResult& result, std::size_t index) {
  const Case& one = cases_[index];
  try {
    if (result.status == CaseStatus::done) layout_->describe(*graph_, one, out_);
    return recorder_.finish(one, result);
  } catch (const Error& fault) {
    CaseResult failed = result;
    failed.status = CaseStatus::failed;
    failed.errors.push_back({"", "", "", fault.what()});
    const std::lock_guard lock(mutex_);
    lost_[index] = failed.errors.back();
    recorder_.start(one);
    return recorder_.finish(one, failed);
  }
}

/// Those that the recorder added to the run's own.
void RunRecorder::note_warnings(const CaseRecord& record, std::size_t of_run, std::size_t index) {
  if (record.warnings.size() <= of_run) return;
  const std::lock_guard lock(mutex_);
  noted_[index].assign(record.warnings.begin() + static_cast<std::ptrdiff_t>(of_run), record.warnings.end());
}

/// The engine calls this, and takes no exception.
void RunRecorder::end_case(const CaseResult& result, std::size_t index) {
  const Case& one = cases_[index];
  try {
    CaseRecord record = record_of(result, index);
    note_warnings(record, result.warnings.size(), index);
    record.attempt = attempt_of(case_record_file(out_, one.name, word_));
    record.replay = replay_of(index);
    if (record.status == CaseStatus::done) earlier_.forget(one.name);
    else record.earlier = earlier_files_of(out_, one.name, word_);
    if (record.replay.empty()) {  // what an earlier run kept says nothing of this one
      std::error_code ignored;
      fs::remove_all(out_ / replay_folder(one.name, word_), ignored);
    }
    write_case_record(case_record_file(out_, one.name, word_), record);
    if (listener_) listener_(record);
    if (record.status == CaseStatus::failed && !record.errors.empty()) look_at_disk(record.errors.front().message);
  } catch (const std::exception& fault) {
    complain("case '" + one.name + "'", fault.what());
    look_at_disk(fault.what());
  }
}

/// After something could not be written: whether anything can.
void RunRecorder::look_at_disk(const std::string& reason) {
  if (!stop_ || reason.find("cannot write") == std::string::npos) return;
  std::string why;
  for (const int number : {ENOSPC, EDQUOT})
    if (const std::string text = std::generic_category().message(number); reason.find(text) != std::string::npos) why = text;
  if (why.empty()) why = why_unwritable(out_ / "flowrun");
  if (why.empty()) return;
  std::exchange(stop_, nullptr)(fmt::format(
      "the output folder '{}' cannot be written any more ({}), so no more cases start; correct this, and the same command with "
      "--resume continues",
      out_.string(), why));
}

std::string RunRecorder::replay_of(std::size_t index) {
  const std::lock_guard lock(mutex_);
  const auto kept = replays_.find(index);
  return kept == replays_.end() ? "" : kept->second;
}

void RunRecorder::complain(const std::string& whose, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  errors_.push_back(fmt::format("the record of {} is missing, so --resume will run it again: {}", whose, reason));
}

std::vector<std::string> RunRecorder::warnings() const {
  std::vector<std::string> all = warnings_;
  for (std::string& warning : earlier_.warnings()) all.push_back(std::move(warning));
  return all;
}

void RunRecorder::correct(RunResult& result) const {
  for (const auto& [index, error] : lost_) {
    result.cases[index].status = CaseStatus::failed;
    result.cases[index].errors.push_back(error);
  }
  for (const auto& [index, sentences] : noted_)
    for (const std::string& sentence : sentences) result.cases[index].warnings.push_back(sentence);
}

CaseRecord RunRecorder::finish_run(const fs::path& file, const std::vector<Case>& all, const RunResult& result) {
  CaseRecord record;
  try {
    record = recorder_.finish_run(all, result);
    const bool any_done = std::any_of(result.cases.begin(), result.cases.end(),
                                      [](const CaseResult& one) { return one.status == CaseStatus::done; });
    if (record.status == CaseStatus::done && any_done) earlier_.forget("");
    write_case_record(file, record);
  } catch (const std::exception& fault) {
    complain("the run", fault.what());
  }
  return record;
}

std::size_t remove_leftovers(const ValidatedGraph& graph, const std::vector<Case>& cases, const fs::path& out,
                             const std::string& earlier_owner, const std::string& word) {
  std::set<fs::path> folders{out, out / "flowrun", case_records_folder(out, word)};
  add_folders(files_of_run(graph, out), folders);
  for (const Case& one : cases) {
    folders.insert(out / replay_folder(one.name, word));
    add_folders(files_of_case(graph, one, out), folders);
  }
  std::size_t removed = 0;
  for (const fs::path& folder : folders) removed += remove_left_temporaries(folder.empty() ? "." : folder, earlier_owner);
  return removed;
}

}  // namespace flowrun
