#include "cohort/case_choice.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <sstream>

#include "cohort/case_ratings.h"
#include "flowrun/host/crash_record.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNames = 8;  ///< of cases in one line

std::vector<std::string> names_in(const std::string& patterns) {
  std::vector<std::string> found;
  std::istringstream stream(patterns);
  for (std::string one; std::getline(stream, one, ',');)
    if (!one.empty()) found.push_back(one);
  return found;
}

template <class Keep>
void keep_if(CaseList& list, Keep keep) {
  std::erase_if(list.cases, [&](const Case& one) { return !keep(one); });
}

std::vector<std::string> case_names(const std::vector<Case>& cases) {
  std::vector<std::string> names;
  for (const Case& one : cases) names.push_back(one.name);
  return names;
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// The first names, and how many more there are.
std::string list_text(std::vector<std::string> names) {
  const std::size_t count = names.size();
  if (count <= kMaxNames) return joined(names, ", ");
  names.resize(kMaxNames);
  names.push_back(fmt::format("{} more", count - kMaxNames));
  return joined(names, ", ");
}

bool is_crashed(const std::optional<CaseRecord>& record) { return record && record->status != CaseStatus::done; }

void add_reason(ResumePlan& plan, const std::string& text, const std::string& name) {
  const auto same = [&](const ResumePlan::Reason& reason) { return reason.text == text; };
  const auto found = std::find_if(plan.reasons.begin(), plan.reasons.end(), same);
  if (found == plan.reasons.end()) plan.reasons.push_back({text, {name}});
  else found->cases.push_back(name);
}

void plan_case(ResumePlan& plan, CaseRecorder& recorder, const Case& one, const fs::path& file, const Crashes* crashes) {
  plan.earlier.emplace_back();
  if (crashes && (plan.earlier.back() = crashes->record_of(one, recorder))) return;
  std::error_code unknown;
  if (!fs::exists(file, unknown)) {
    ++plan.fresh;
    return;
  }
  try {
    CaseRecord record = read_case_record(file);
    const std::vector<std::string> changes = recorder.changes(one, record);
    if (changes.empty()) plan.earlier.back() = std::move(record);
    else add_reason(plan, joined(changes, "; "), one.name);
  } catch (const Error& fault) {
    add_reason(plan, fault.what(), one.name);
  }
}

/// What the run made of all cases together: whether it is there and still right; else why not. The record goes when a run begins
/// and comes when it ends, so one that was killed has none.
std::vector<std::string> changes_of_run(CaseRecorder& recorder, const std::vector<Case>& cases, const fs::path& file) {
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return {"the last run did not end"};
  try {
    return recorder.changes_of_run(cases, read_case_record(file));
  } catch (const Error& fault) {
    return {fault.what()};
  }
}

/// A node that takes all cases gets all of them, or none when nothing has changed; likewise one that writes a file for the run.
void plan_run_part(ResumePlan& plan, const ValidatedNode& node, CaseRecorder& recorder, const std::vector<Case>& cases,
                   const fs::path& file) {
  const bool all_done = plan.nothing_to_run();
  const std::vector<std::string> changes = all_done ? changes_of_run(recorder, cases, file) : std::vector<std::string>{};
  if (all_done && changes.empty()) return;
  const std::string why = changes.empty() ? "" : " (" + joined(changes, "; ") + ")";
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!plan.earlier[i] || is_crashed(plan.earlier[i])) continue;
    plan.earlier[i].reset();
    add_reason(plan, "node '" + node.id + "' takes all cases, so the graph runs for all of them" + why, cases[i].name);
  }
}

/// A node that fires once for the run, takes no cases, and writes a file: only what it wrote is looked at.
const ValidatedNode* run_writer(const ValidatedGraph& graph, const fs::path& out) {
  for (const NodeFile& file : files_of_run(graph, out))
    if (file.role == PathRole::output)
      for (const ValidatedNode& node : graph.nodes)
        if (node.id == file.node) return &node;
  return nullptr;
}

void plan_writer(ResumePlan& plan, const ValidatedNode& node, CaseRecorder& recorder, const std::vector<Case>& cases,
                 const fs::path& file) {
  if (!plan.nothing_to_run()) return;  // it fires in any case
  const std::vector<std::string> changes = changes_of_run(recorder, cases, file);
  if (changes.empty()) return;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    plan.earlier[i].reset();
    add_reason(plan, "node '" + node.id + "' writes its file once for the run: " + joined(changes, "; "), cases[i].name);
  }
}

bool fits(const std::string& pattern, const Case& one) {
  if (fnmatch(pattern.c_str(), one.name.c_str(), 0) == 0) return true;
  const std::string participant = one.name.substr(0, one.name.find("_ses-"));
  return !one.bids_folder.empty() && fnmatch(pattern.c_str(), participant.c_str(), 0) == 0;
}

bool fits_any(const std::vector<std::string>& patterns, const Case& one) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return fits(pattern, one); });
}

/// The patterns in the words of an option. One that fits no case is a fault.
std::vector<std::string> patterns_of(const CaseList& list, const std::string& option, const std::vector<std::string>& words,
                                     Diagnostics& faults) {
  std::vector<std::string> patterns;
  for (const std::string& word : words) {
    const std::vector<std::string> found = word.starts_with('@') ? cases_of_ratings(word, faults) : names_in(word);
    if (found.empty() && !word.starts_with('@')) faults.error({}, fmt::format("{} '{}' names no case", option, word));
    patterns.insert(patterns.end(), found.begin(), found.end());
  }
  for (const std::string& pattern : patterns)
    if (std::none_of(list.cases.begin(), list.cases.end(), [&](const Case& one) { return fits(pattern, one); }))
      faults.error({}, fmt::format("{} '{}' fits no case{}", option, pattern, did_you_mean(pattern, case_names(list.cases))));
  return patterns;
}

}  // namespace

void keep_only(CaseList& list, const std::vector<std::string>& patterns, Diagnostics& faults) {
  const std::vector<std::string> wanted = patterns_of(list, "--only", patterns, faults);
  keep_if(list, [&](const Case& one) { return fits_any(wanted, one); });
}

void leave_excluded(CaseList& list, const std::vector<std::string>& patterns, Diagnostics& faults) {
  const std::vector<std::string> unwanted = patterns_of(list, "--exclude", patterns, faults);
  keep_if(list, [&](const Case& one) { return !fits_any(unwanted, one); });
}

void keep_failed(CaseList& list, const fs::path& out, const std::string& word) {
  const Crashes crashes(out, word);
  keep_if(list, [&](const Case& one) {
    if (crashes.has(one.name)) return true;
    const fs::path file = case_record_file(out, one.name, word);
    std::error_code unknown;
    try {
      return read_case_record(file).status != CaseStatus::done;
    } catch (const Error&) {  // without a record it has not run: no failure. One that cannot be read does not say that it is done
      return fs::exists(fs::symlink_status(file, unknown));
    }
  });
}

bool ResumePlan::nothing_to_run() const {
  return std::all_of(earlier.begin(), earlier.end(), [](const auto& record) { return record.has_value(); });
}

std::size_t ResumePlan::crashed() const {
  return static_cast<std::size_t>(std::count_if(earlier.begin(), earlier.end(), is_crashed));
}

std::string ResumePlan::crashed_names() const {
  std::vector<std::string> names;
  for (const auto& record : earlier)
    if (is_crashed(record)) names.push_back(record->name);
  return list_text(names);
}

ResumePlan plan_resume(const ValidatedGraph& graph, CaseRecorder& recorder, const std::vector<Case>& cases, const fs::path& out,
                       const Shard& shard, const std::string& word, bool keep_crashed) {
  ResumePlan plan;
  const Crashes crashes(out, word);
  for (const Case& one : cases) plan_case(plan, recorder, one, case_record_file(out, one.name, word), keep_crashed ? &crashes : nullptr);
  const fs::path of_run = books_of_run(out, shard, word);
  if (const ValidatedNode* collector = case_collector(graph)) plan_run_part(plan, *collector, recorder, cases, of_run);
  else if (const ValidatedNode* writer = run_writer(graph, out)) plan_writer(plan, *writer, recorder, cases, of_run);
  return plan;
}

std::string resume_text(const ResumePlan& plan) {
  const auto kept = static_cast<std::size_t>(
      std::count_if(plan.earlier.begin(), plan.earlier.end(), [](const auto& record) { return record.has_value(); }));
  const std::size_t again = plan.earlier.size() - kept - plan.fresh;
  std::string text = fmt::format("{} done before and unchanged, {} not yet run{}\n", count_text(kept - plan.crashed(), "case"),
                                 plan.fresh, again > 0 ? fmt::format(", {} to run again", again) : "");
  if (plan.crashed() > 0)
    text += fmt::format("  not run again: {}\n    the process crashed in the run before; --retry-failed runs {} again\n",
                        printable(plan.crashed_names()), plan.crashed() == 1 ? "it" : "them");
  for (const ResumePlan::Reason& reason : plan.reasons)
    text +=
        fmt::format("  {} again: {}\n    {}\n", reason.cases.size() == 1 ? "runs" : "run", printable(list_text(reason.cases)),
                    printable(reason.text));
  text.pop_back();
  return text;
}

std::string crash_text(const ResumePlan& plan) {
  return fmt::format("{} done before and unchanged, {} failed by a crash ({}); --retry-failed runs {} again",
                     plan.earlier.size() - plan.crashed(), plan.crashed(), plan.crashed_names(),
                     plan.crashed() == 1 ? "it" : "them");
}

CaseResult earlier_result(const CaseRecord& record, const ValidatedGraph& graph) {
  CaseResult result;
  result.name = record.name;
  result.status = record.status;
  result.errors = record.errors;
  result.seconds = record.seconds;
  result.reports = record.reports;
  result.warnings = record.warnings;
  result.peak_payload_bytes = record.peak_payload_bytes;
  result.earlier = true;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const NodeRecord& node : record.nodes)
      if (node.id == graph.nodes[i].id && node.firings > 0)
        result.timings.push_back({i, node.firings, node.busy_s, node.begin_s, node.end_s});
  return result;
}

}  // namespace flowrun
