#include "cohort/prepared_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "cohort/case_choice.h"
#include "cohort/case_list.h"
#include "cohort/collect_notes.h"
#include "cohort/earlier_files.h"
#include "cohort/graph_books.h"
#include "cohort/output_folder.h"
#include "cohort/partial_graph.h"
#include "cohort/same_cases.h"
#include "cohort/shard_set.h"
#include "cohort/trace_file.h"
#include "flowrun/host/graph_check.h"
#include "flowrun/host/text.h"

namespace flowrun {
namespace {

constexpr int kMaxCount = 1024;
constexpr std::int64_t kReplayLimit = std::int64_t{1} << 30, kCacheLimit = std::int64_t{10} << 30;

/// A count of an option, or the default when it is not given.
int count_option(const std::string& text, const std::string& option, int default_value, Diagnostics& faults) {
  if (text.empty()) return default_value;
  int count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed == std::errc() && end == text.data() + text.size() && count >= 1 && count <= kMaxCount) return count;
  faults.error({}, fmt::format("{} takes a whole number from 1 to {}, not '{}'", option, kMaxCount, text));
  return default_value;
}

/// What a node's `run.device` may be.
std::string device_option(const std::string& text, Diagnostics& faults) {
  const bool numbered = text.rfind("cuda:", 0) == 0 && text.size() > 5 && text.size() <= 8 &&
                        std::all_of(text.begin() + 5, text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text == "auto" || text == "cpu" || text == "cuda" || numbered) return text;
  faults.error({}, "--device takes auto, cpu, cuda or cuda:<number>, not '" + text + "'");
  return "auto";
}

/// A number of bytes, with K, M, G or T behind it where it is large (powers of 1024).
std::int64_t bytes_option(const std::string& text, const std::string& option, std::int64_t default_value, Diagnostics& faults) {
  if (text.empty()) return default_value;
  if (const auto bytes = bytes_in(text)) return *bytes;
  faults.error({}, fmt::format("{} takes a number of bytes as 500M or 2G, not '{}'", option, text));
  return default_value;
}

void choose_cases(PreparedRun& run, Diagnostics& faults) {
  const ValidatedNode* collector = run.graph ? case_collector(*run.graph) : nullptr;
  if (!run.request.only.empty()) keep_only(run.list, run.request.only, faults);
  if (!run.request.exclude.empty()) leave_excluded(run.list, run.request.exclude, faults);
  if (collector && (!run.request.only.empty() || !run.request.exclude.empty()))
    faults.warning(collector->place, fmt::format("node '{}' takes all cases of a run, and gets those of {}", collector->id,
                                                 run.request.exclude.empty() ? "--only" : "--only and --exclude"));
  if (!run.request.retry_failed) return;
  if (collector)
    faults.error(
        collector->place,
        fmt::format("--retry-failed cannot run this graph: node '{}' takes all cases of a run; use --resume", collector->id));
  else keep_failed(run.list, run.out(), run.word);
}

void keep_shard(PreparedRun& run) {
  if (run.shard.is_whole()) return;
  const std::set<std::string> mine = names_in(run.shard, run.names);
  std::erase_if(run.list.cases, [&](const Case& one) { return !mine.contains(one.name); });
}

void read_options(PreparedRun& run, Diagnostics& faults) {
  const CohortRequest& request = run.request;
  run.options.threads = count_option(request.threads, "--threads", 0, faults);
  run.options.cases_in_flight = count_option(request.cases_in_flight, "--cases-in-flight", run.options.cases_in_flight, faults);
  run.options.fail_fast = request.fail_fast;
  run.options.out = request.out;
  run.options.isolated = request.isolated;
  run.replay_limit = bytes_option(request.replay_limit, "--replay-limit", kReplayLimit, faults);
  run.cache_limit = bytes_option(request.cache_limit, "--cache-limit", kCacheLimit, faults);
  run.shard = parse_shard(request.shard, process_environment(), faults);
  run.options.device = device_option(request.device, faults);
}

void check_places(const PreparedRun& run, Diagnostics& faults) {
  check_writable(run.out(), "--out", faults);
  if (!run.request.cache.empty() && !run.request.no_cache) check_writable(run.request.cache, "--cache", faults);
  if (const std::string fault = shard_set_fault(run.out(), run.shard, run.word); !fault.empty()) faults.error({}, fault);
  if (const std::string fault = run.layout->fault_of(run.out()); !fault.empty()) faults.error({}, "--out: " + fault);
  if (run.request.trace.empty()) return;
  check_writable(folder_of(run.request.trace), "--trace", faults);
  check_trace_file(run, faults);
}

}  // namespace

std::vector<std::string> names_of(const std::vector<Case>& cases) {
  std::vector<std::string> names;
  for (const Case& one : cases) names.push_back(one.name);
  return names;
}

PreparedRun prepare_run(CohortRequest request, Registry& registry, Diagnostics& faults) {
  PreparedRun run;
  run.request = std::move(request);
  run.layout = result_layout(run.request);
  read_options(run, faults);
  const CheckedGraph checked = check_graph(run.request.graph, run.request.settings, registry, faults);
  run.graph = checked.graph;
  const PartialRequest part{run.request.until, run.request.keep};
  if (run.graph && part.asks()) run.graph = partial_graph(*run.graph, part, registry, faults);
  run.list = collect_cases(run.request, checked.spec.get(), faults);
  run.names = names_of(run.list.cases);
  if (run.graph) run.word = graph_word(run.out(), run.graph->name);
  const std::shared_ptr<const ValidatedGraph> whole = run.graph;
  split_for_shard(run, registry);
  choose_cases(run, faults);
  if (whole) check_case_list(*whole, run.list, run.request, run.out(), faults);
  if (run.graph && !faults.has_errors())
    check_foreign_files(*run.graph, run.list.cases, run.out(), run.word, books_of_run(run.out(), run.shard, run.word), faults);
  if (whole && run.shard.index == 1 && !faults.has_errors())
    check_same_cases(*whole, run.list.cases, faults);  // once for all shards
  keep_shard(run);
  check_places(run, faults);
  return run;
}

}  // namespace flowrun
