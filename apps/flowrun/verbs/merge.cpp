#include "verbs/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>

#include "cohort/case_order.h"
#include "cohort/graph_books.h"
#include "cohort/natural_order.h"
#include "cohort/own_file.h"
#include "cohort/shard_set.h"
#include "flowrun/host/case_record.h"
#include "flowrun/sdk/error.h"
#include "report/cohort_files.h"
#include "system/exit_status.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

struct MergeCommand {
  std::string folder;  ///< the output folder of the runs
  bool no_report = false;
};

namespace fs = std::filesystem;

constexpr std::size_t kMostNamed = 20;  ///< cases that one line names

/// The cases' records in the order of the latest run's cases; those of other runs follow. A case without a record is not started.
std::vector<CaseRecord> in_order(std::vector<CaseRecord> records, std::vector<std::string> names) {
  std::map<std::string, CaseRecord> by_name;
  for (CaseRecord& record : records)
    if (!record.name.empty()) by_name.try_emplace(record.name, std::move(record));
  const std::set<std::string> listed(names.begin(), names.end());
  std::vector<std::string> others;
  for (const auto& [name, record] : by_name)
    if (!listed.contains(name)) others.push_back(name);
  std::sort(others.begin(), others.end(), natural_less);
  names.insert(names.end(), others.begin(), others.end());
  std::vector<CaseRecord> ordered;
  for (const std::string& name : names) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      ordered.emplace_back();
      ordered.back().name = name;
    } else {
      ordered.push_back(std::move(found->second));
    }
  }
  return ordered;
}

/// Of the set's shards, those that have left no record: they run still, or never ended.
std::vector<Shard> open_shards(const fs::path& out, const std::string& word) {
  std::vector<Shard> open;
  const int count = shards_of(out, word);
  for (int index = 1; index <= count; ++index) {
    std::error_code unused;
    if (!fs::exists(out / run_record_name({index, count}, word), unused)) open.push_back({index, count});
  }
  return open;
}

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) text += (i ? ", " : "") + names[i];
  return names.size() > kMostNamed ? fmt::format("{} and {} more", text, names.size() - kMostNamed) : text;
}

void warn(const std::string& sentence) { fmt::print(stderr, "flowrun: warning: {}\n", printable(sentence)); }

/// What the runs themselves have to tell: of the set's shards, else of the whole run. Those without a record tell nothing.
RunFacts facts_of_runs(const fs::path& out, const std::string& word) {
  const int count = std::max(1, shards_of(out, word));
  RunFacts facts;
  for (int index = 1; index <= count; ++index) {
    std::error_code unused;
    const fs::path file = books_of_run(out, {index, count}, word);
    if (!fs::exists(file, unused)) continue;
    refuse_links({file});
    try {
      const CaseRecord record = read_case_record(file);
      facts.errors.insert(facts.errors.end(), record.errors.begin(), record.errors.end());
      for (const std::string& warning : record.warnings)  // every shard opens the same nodes
        if (std::find(facts.warnings.begin(), facts.warnings.end(), warning) == facts.warnings.end())
          facts.warnings.push_back(warning);
    } catch (const Error& fault) {
      warn(fault.what());
    }
  }
  return facts;
}

void report_gaps(const fs::path& out, const std::vector<CaseRecord>& records, const std::string& word) {
  std::vector<std::string> missing;
  for (const CaseRecord& record : records)
    if (record.status == CaseStatus::not_started) missing.push_back(record.name);
  if (!missing.empty())
    warn(fmt::format("{} not run yet: {}", missing.size() == 1 ? "1 case was" : fmt::format("{} cases were", missing.size()),
                     names_text(missing)));
  std::vector<std::string> shards;
  for (const Shard& shard : open_shards(out, word)) shards.push_back(fmt::format("{}/{}", shard.index, shard.count));
  if (!shards.empty())
    warn(fmt::format("of the shards, these have not ended: {}; the same command with --resume runs what is missing",
                     names_text(shards)));
}

std::string counts_text(const std::vector<CaseRecord>& records) {
  const auto count = [&](CaseStatus status) {
    return std::count_if(records.begin(), records.end(), [&](const CaseRecord& record) { return record.status == status; });
  };
  std::string text = fmt::format("{} of {} done", count(CaseStatus::done), count_text(records.size(), "case"));
  const std::pair<CaseStatus, const char*> others[] = {
      {CaseStatus::failed, "failed"}, {CaseStatus::cancelled, "cancelled"}, {CaseStatus::not_started, "not run"}};
  for (const auto& [status, word] : others)
    if (const auto number = count(status)) text += fmt::format(", {} {}", number, word);
  return text;
}

/// The books of one graph; nothing where there are none.
std::optional<bool> merge_graph(const fs::path& out, const std::string& word, bool page) {
  refuse_links(own_paths(out, {}, word));
  CaseRecords found = read_case_records(out, word);
  for (const std::string& sentence : found.unreadable) warn(sentence);
  const std::vector<CaseRecord> records = in_order(std::move(found.records), read_case_order(out, word));
  if (records.empty()) return std::nullopt;
  const CohortPaths paths = cohort_paths(out, page, warn, word);
  RunFacts facts = facts_of_runs(out, word);
  facts.cases = records.size();
  write_cohort_files(paths, records, facts);
  report_gaps(out, records, word);
  if (!word.empty()) fmt::print("\n");
  fmt::print("{}\n\n  {}\n", counts_text(records), printable(paths.table.string()));
  if (!paths.page.empty()) fmt::print("  {}\n", printable(paths.page.string()));
  const bool all_done =
      std::all_of(records.begin(), records.end(), [](const CaseRecord& record) { return record.status == CaseStatus::done; });
  return all_done && facts.errors.empty() && found.unreadable.empty();
}

int merge(const MergeCommand& command) {
  const fs::path out = command.folder;
  std::error_code unused;
  if (!fs::is_directory(out, unused)) throw Error("'" + command.folder + "' is no folder; give the output folder of the runs");
  bool any = false, all_done = true;
  for (const std::string& word : graph_words(out)) {
    const std::optional<bool> done = merge_graph(out, word, !command.no_report);
    any |= done.has_value();
    all_done &= done.value_or(true);
  }
  if (!any) throw Error("'" + command.folder + "' holds no records of cases; give the output folder of the runs");
  return all_done ? kAllDone : kSomeCaseFailed;
}

}  // namespace

Verb merge_verb(CLI::App& app) {
  Verb verb(app, "merge", "make one table and one page of the shards of a run",
            "  flowrun merge results\n\n"
            "Reads the records of the cases in the output folder and writes cases.csv and report.html there.\n"
            "Exit status: 0 all cases are done, 1 some case failed or has not run.");
  MergeCommand& command = verb.carried_out_by(merge);
  verb.argument("DIR", command.folder, "the output folder of the runs");
  verb.flag("--no-report", command.no_report, "write no page (report.html)");
  return verb;
}

}  // namespace flowrun
