#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "cohort/case_order.h"
#include "cohort/collecting.h"
#include "cohort/cohort_files.h"
#include "cohort/graph_books.h"
#include "cohort/natural_order.h"
#include "cohort/say.h"
#include "cohort/shard_set.h"
#include "flowrun/host/case_record.h"
#include "flowrun/host/cohort.h"
#include "flowrun/host/own_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

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

/// What the records of the runs report: of the set's shards, else of the whole run. A run without a record adds nothing.
RunFacts facts_of_runs(const fs::path& out, const std::string& word, const CohortEvents& events) {
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
      say(events, Weight::warning, fault.what());
    }
  }
  return facts;
}

void report_gaps(const fs::path& out, const std::vector<CaseRecord>& records, const std::string& word,
                 const CohortEvents& events) {
  std::vector<std::string> missing;
  for (const CaseRecord& record : records)
    if (record.status == CaseStatus::not_started) missing.push_back(record.name);
  if (!missing.empty())
    say(events, Weight::warning,
        fmt::format("{} not run yet: {}", missing.size() == 1 ? "1 case was" : fmt::format("{} cases were", missing.size()),
                    names_text(missing)));
  std::vector<std::string> shards;
  for (const Shard& shard : open_shards(out, word)) shards.push_back(fmt::format("{}/{}", shard.index, shard.count));
  if (!shards.empty())
    say(events, Weight::warning,
        fmt::format("of the shards, these have not ended: {}; the same command with --resume runs what is missing",
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

/// What nodes have made that fire once for all shards.
void add_facts(const CaseRecord& record, RunFacts& facts) {
  facts.errors.insert(facts.errors.end(), record.errors.begin(), record.errors.end());
  facts.warnings.insert(facts.warnings.end(), record.warnings.begin(), record.warnings.end());
  for (const Report& report : record.reports) {
    const auto node =
        std::find_if(record.nodes.begin(), record.nodes.end(), [&](const NodeRecord& one) { return one.id == report.node; });
    facts.figures.push_back(
        {{static_cast<std::size_t>(node - record.nodes.begin()), report.node + "." + report.name}, report.value});
  }
}

/// The records of the cases that the latest run lists; all of them where it lists none.
std::vector<CaseRecord> listed(const std::vector<CaseRecord>& records, const std::vector<std::string>& names) {
  return {records.begin(), names.empty() ? records.end() : records.begin() + static_cast<std::ptrdiff_t>(names.size())};
}

/// False where nodes that take all cases have not made what they are to make.
bool collect(ItemCollector& collector, std::vector<CaseRecord> records, RunFacts& facts, const CohortEvents& events) {
  try {
    const std::optional<Collected> collected = collector.run(std::move(records));
    if (!collected) return true;
    if (!collected->waits_for.empty()) {
      say(events, Weight::warning, "the nodes that take all cases have not fired: " + collected->waits_for);
      return false;
    }
    add_facts(collected->record, facts);
    std::vector<std::string> files;
    for (const OutputFile& output : collected->record.outputs) files.push_back(output.file.path);
    if (!files.empty()) say(events, Weight::detail, "the nodes that take all cases have made " + names_text(files));
    for (const CaseError& error : collected->record.errors)
      say(events, Weight::error, fmt::format("node '{}' ({}): {}", error.node, error.type, error.message));
    if (collected->record.status == CaseStatus::cancelled)
      say(events, Weight::warning, "the nodes that take all cases were cut off; the same command fires them again");
    return collected->record.status == CaseStatus::done;
  } catch (const Error& fault) {
    say(events, Weight::error, fmt::format("the nodes that take all cases have not fired: {}", fault.what()));
    return false;
  }
}

/// The books of one graph; nothing where there are none.
std::optional<MergedRecords> merge_graph(const MergeRequest& request, const std::string& word, const CohortEvents& events) {
  const fs::path& out = request.out;
  refuse_links(own_paths(out, {}, word));
  ItemCollector collector(request, word, events);
  CaseRecords found = read_case_records(out, word);
  for (const std::string& sentence : found.unreadable) say(events, Weight::warning, sentence);
  const std::vector<std::string> names = read_case_order(out, word);
  const std::vector<CaseRecord> records = in_order(std::move(found.records), names);
  if (records.empty()) return std::nullopt;
  const CohortPaths paths = cohort_paths(out, events, word);
  RunFacts facts = facts_of_runs(out, word, events);
  facts.cases = records.size();
  const bool collected = collect(collector, listed(records, names), facts, events);
  write_cohort_files(paths, records, facts, events);
  report_gaps(out, records, word, events);
  const bool all_done =
      std::all_of(records.begin(), records.end(), [](const CaseRecord& record) { return record.status == CaseStatus::done; });
  return MergedRecords{word, counts_text(records), paths.table, paths.page,
                       all_done && collected && facts.errors.empty() && found.unreadable.empty()};
}

}  // namespace

std::vector<MergedRecords> merge_records(const fs::path& out, const CohortEvents& events) {
  return merge_shards({out, {}, nullptr}, events);
}

std::vector<MergedRecords> merge_shards(const MergeRequest& request, const CohortEvents& events) {
  const fs::path& out = request.out;
  std::error_code unused;
  if (!fs::is_directory(out, unused)) throw Error("'" + out.string() + "' is no folder; give the output folder of the runs");
  std::vector<MergedRecords> merged;
  for (const std::string& word : graph_words(out))
    if (auto one = merge_graph(request, word, events)) merged.push_back(std::move(*one));
  if (merged.empty()) throw Error("'" + out.string() + "' contains no records of cases; give the output folder of the runs");
  return merged;
}

}  // namespace flowrun
