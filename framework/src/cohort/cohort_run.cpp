#include "cohort/cohort_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cohort/case_order.h"
#include "cohort/collect_notes.h"
#include "cohort/earlier_files.h"
#include "cohort/found_results.h"
#include "cohort/graph_books.h"
#include "cohort/output_folder.h"
#include "cohort/say.h"
#include "cohort/shard_set.h"
#include "flowrun/host/crash_record.h"
#include "flowrun/host/kept_results.h"
#include "flowrun/host/run_record.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

/// Nodes that run in none of the cases: their models may be missing.
std::vector<bool> unused_nodes(const ValidatedGraph& graph, const std::vector<Case>& cases) {
  std::vector<bool> unused(graph.nodes.size(), true);
  for (const Case& one : cases) {
    if (std::find(unused.begin(), unused.end(), true) == unused.end()) break;
    const std::vector<bool> left_out = left_out_nodes(graph, one);
    std::transform(unused.begin(), unused.end(), left_out.begin(), unused.begin(), [](bool a, bool b) { return a && b; });
  }
  return unused;
}

bool has_record(const PreparedRun& prepared, const std::string& name) {
  return std::filesystem::exists(case_record_file(prepared.out(), name, prepared.word));
}

/// What differs from the last run of the first case that has run before: why nodes run again.
void say_changes(const PreparedRun& prepared, CaseRecorder& recorder, const CohortEvents& events) {
  constexpr std::size_t kMost = 5;
  const std::vector<Case>& cases = prepared.list.cases;
  const auto first = std::find_if(cases.begin(), cases.end(), [&](const Case& one) { return has_record(prepared, one.name); });
  try {
    const std::vector<std::string> changes =
        recorder.changes(*first, read_case_record(case_record_file(prepared.out(), first->name, prepared.word)));
    std::string text;
    for (std::size_t i = 0; i < std::min(changes.size(), kMost); ++i) text += (i ? "; " : "") + changes[i];
    if (changes.size() > kMost) text += fmt::format("; and {} more", changes.size() - kMost);
    if (!changes.empty()) say(events, Weight::detail, fmt::format("since case '{}' ran: {}", first->name, text));
  } catch (const std::exception&) {  // a record that cannot be read is replaced
  }
}

}  // namespace

RecordedProgram program_of(const PreparedRun& prepared) { return {FLOWRUN_VERSION, prepared.options.device}; }

Resumption plan_resumption(const PreparedRun& prepared, CaseRecorder& recorder, const CohortEvents& events) {
  const std::vector<Case>& cases = prepared.list.cases;
  const CohortRequest& request = prepared.request;
  Resumption resumption;
  if (request.resume) {
    resumption.plan =
        plan_resume(*prepared.graph, recorder, cases, request.out, prepared.shard, prepared.word, !request.retry_failed);
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (!resumption.plan->earlier[i]) resumption.to_run.push_back(cases[i]);
    if (events.say) events.say(Weight::detail, resume_text(*resumption.plan));
    return resumption;
  }
  resumption.to_run = cases;
  const auto known = static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [&](const Case& one) { return has_record(prepared, one.name); }));
  if (known > 0 && !request.retry_failed)
    say(events, Weight::detail,
        fmt::format("{} of {} ran before into '{}', and will be replaced; --resume keeps what is done and unchanged", known,
                    count_text(cases.size(), "case"), request.out));
  if (known > 0) say_changes(prepared, recorder, events);
  return resumption;
}

CohortRun::CohortRun(PreparedRun& prepared, Registry& registry, const CohortEvents& events)
    : prepared_(prepared), registry_(registry), events_(events), out_(prepared.out()) {}

CohortResult CohortRun::run() {
  take_folder();
  clean_folder();
  if (prepared_.list.have_names) write_case_order(out_, prepared_.names, prepared_.word);
  prepared_.layout->prepare(*prepared_.graph, prepared_.list.cases, out_);
  recorder_.emplace(prepared_.graph, out_, program_of(prepared_));
  resumption_ = plan_resumption(prepared_, *recorder_, events_);
  const auto earlier = resumption_.plan ? resumption_.plan->earlier : decltype(ResumePlan::earlier)();
  const std::string crash = Crashes(out_, prepared_.word).settle(resumption_.to_run, earlier);
  if (!crash.empty()) say(events_, Weight::warning, crash);
  complete_descriptions();
  begin_tables();
  if (resumption_.to_run.empty()) return end_without_cases();
  follow_run();
  return finish(with_earlier(execute()));
}

RunLock::Busy CohortRun::busy() const {
  if (!prepared_.request.waits_for_folder) return {};
  return [this](const std::string& sentence) { say(events_, Weight::notice, sentence); };
}

void CohortRun::take_folder() {
  prepare_folder(out_, "--out");
  refuse_own_links(prepared_);
  if (!prepared_.request.trace.empty()) prepare_folder(folder_of(prepared_.request.trace), "--trace");
  lock_.emplace(out_, "flowrun run " + prepared_.request.graph, file_word(prepared_.shard), busy());
  prepared_.word = claim_graph_word(out_, prepared_.graph->name);
  keep_items(prepared_, registry_);
  refuse_own_links(prepared_);
  join_shard_set(out_, prepared_.shard, prepared_.word);
  write_collect_note(prepared_, registry_);
  for (const std::string& graph : other_graphs(out_, prepared_.word))
    say(events_, Weight::detail, fmt::format("'{}' has results of graph '{}' too; their records stay", out_.string(), graph));
}

/// Removes what a run that did not end had left.
void CohortRun::clean_folder() {
  const std::size_t removed =
      remove_leftovers(*prepared_.graph, prepared_.list.cases, out_, lock_->earlier_owner(), prepared_.word);
  if (removed > 0)
    say(events_, Weight::detail,
        fmt::format("removed {} that a run which did not end had left", count_text(removed, "unfinished file")));
}

/// Of cases that are kept: a run that was killed, or an older flowrun, may have left their files without.
void CohortRun::complete_descriptions() {
  if (!resumption_.plan) return;
  for (std::size_t i = 0; i < prepared_.list.cases.size(); ++i)
    if (resumption_.plan->earlier[i]) prepared_.layout->describe(*prepared_.graph, prepared_.list.cases[i], out_);
}

/// With what is known of the cases that are not run. A shard knows its own cases only.
void CohortRun::begin_tables() {
  files_.emplace(paths_of(prepared_, events_), events_, prepared_.graph->columns);
  if (prepared_.shard.is_whole())
    return files_->know_earlier(out_, prepared_.graph->name, names_of(resumption_.to_run), prepared_.word);
  if (!resumption_.plan) return;
  for (const auto& record : resumption_.plan->earlier)
    if (record) files_->know(*record);
}

/// The rows of the table in the order of all cases, also where only some of them run: those that run, those with a record, and
/// beside --retry-failed, which runs what is left of a cohort, those that never ran.
std::vector<std::string> CohortRun::row_order() const {
  const std::vector<std::string> chosen = names_of(prepared_.list.cases);
  if (!prepared_.shard.is_whole()) return chosen;
  const std::set<std::string> listed(chosen.begin(), chosen.end());
  std::vector<std::string> order;
  for (const std::string& name : prepared_.names)
    if (prepared_.request.retry_failed || listed.contains(name) || has_record(prepared_, name)) order.push_back(name);
  return order;
}

/// Reports cases that --retry-failed leaves out because they never ran: the cohort is not done without them.
std::size_t CohortRun::report_not_run() const {
  if (!prepared_.request.retry_failed || !prepared_.shard.is_whole()) return 0;
  const auto not_run = static_cast<std::size_t>(std::count_if(
      prepared_.names.begin(), prepared_.names.end(), [this](const std::string& name) { return !has_record(prepared_, name); }));
  if (not_run > 0)
    say(events_, Weight::warning,
        fmt::format("{} not run yet, and --retry-failed runs those that failed; --resume runs what is missing",
                    not_run == 1 ? "1 case has" : fmt::format("{} cases have", not_run)));
  return not_run;
}

CohortResult CohortRun::end_without_cases() {
  begin_run_records(prepared_, true);
  files_->start(0);
  files_->finish(row_order(), {});
  CohortResult result;
  result.not_run = report_not_run();
  result.crashed = resumption_.plan && resumption_.plan->crashed() > 0;
  result.nothing = result.crashed ? crash_text(*resumption_.plan) : why_nothing();
  return result;
}

std::string CohortRun::why_nothing() const {
  const std::size_t cases = prepared_.list.cases.size();
  if (cases == 0 && !prepared_.shard.is_whole() && !prepared_.request.retry_failed)
    return fmt::format("shard {}/{} has no cases", prepared_.shard.index, prepared_.shard.count);
  if (cases == 0)
    return prepared_.request.retry_failed ? "no case failed last time" : "--only, --exclude and --incomplete leave no case";
  return fmt::format("{} done before, and unchanged", cases == 1 ? "the case was" : fmt::format("all {} cases were", cases));
}

void CohortRun::follow_run() {
  const CohortRequest& request = prepared_.request;
  if (!request.trace.empty()) prepared_.options.trace = &trace_;
  run_recorder_.emplace(*recorder_, prepared_.graph, resumption_.to_run, out_, prepared_.word, prepared_.layout);
  run_recorder_->tell([this](const CaseRecord& record) {
    files_->add(record);
    if (record.status != CaseStatus::failed || record.errors.empty()) return;
    const std::string& node = record.errors.front().node;
    say(events_, Weight::detail, "case '" + record.name + "' failed" + (node.empty() ? "" : " in node '" + node + "'"));
  });
  run_recorder_->follow(prepared_.options, request.no_replay ? 0 : prepared_.replay_limit,
                        [this](std::string_view type) { return registry_.codec(type); });
}

/// Before nodes are opened: models are hashed as they are then. A usual folder that cannot be used is no reason not to run.
void CohortRun::keep_results_of_nodes() {
  const CohortRequest& request = prepared_.request;
  const std::filesystem::path folder = request.cache.empty() ? usual_results_folder() : std::filesystem::path(request.cache);
  if (request.no_cache || folder.empty()) return;
  try {
    prepared_.options.results =
        keep_results(prepared_.graph, {folder, prepared_.cache_limit, out_, prepared_.options.device, FLOWRUN_VERSION,
                                       [this](std::string_view type) { return registry_.codec(type); },
                                       [this](const std::string& sentence) { say(events_, Weight::notice, sentence); }});
  } catch (const Error& error) {
    if (!request.cache.empty()) throw;
    say(events_, Weight::detail, std::string("no results are kept: ") + error.what());
  }
}

/// Of few cases what is kept is found before nodes are opened. A trace shows it where it belongs, in the case.
void CohortRun::find_results_of_nodes() {
  RunOptions& options = prepared_.options;
  const std::vector<Case>& cases = resumption_.to_run;
  if (!options.results || options.trace || cases.size() > static_cast<std::size_t>(options.cases_in_flight)) return;
  for (const Case& one : cases) recorder_->start(one);  // before its inputs are hashed, so that no change goes by
  const auto found = std::make_shared<FoundResults>(options.results, cases);
  for (std::size_t i = 0; i < options.unused.size(); ++i) options.unused[i] = options.unused[i] || !found->runs(i);
  options.results = found;
}

RunResult CohortRun::execute() {
  const std::vector<Case>& cases = resumption_.to_run;
  std::vector<bool>& unused = prepared_.options.unused = unused_nodes(*prepared_.graph, cases);
  const std::shared_ptr<void> guard = events_.guard ? events_.guard(*prepared_.graph, cases, prepared_.word) : nullptr;
  keep_results_of_nodes();
  find_results_of_nodes();
  const auto opened = static_cast<std::size_t>(std::count(unused.begin(), unused.end(), false));
  say(events_, Weight::detail,
      fmt::format("{}: opening {} for {}", prepared_.graph->name, count_text(opened, "node"), count_text(cases.size(), "case")));
  Run run(prepared_.graph, registry_, prepared_.options);
  run_recorder_->stop_by([&](const std::string& sentence) {
    run.stop();
    say(events_, Weight::notice, sentence);
  });
  // Not before: nothing is changed when a node cannot be opened.
  if (prepared_.shard.is_whole()) run_recorder_->put_aside_of_run(books_of_run(out_, prepared_.shard, prepared_.word));
  begin_run_records(prepared_, false);
  files_->start(cases.size());
  const std::size_t done_before = prepared_.list.cases.size() - cases.size();
  RunResult result = events_.execute ? events_.execute(run, cases, done_before) : run.execute(cases);
  run_recorder_->correct(result);
  return result;
}

/// The results of this run and of earlier ones, in the order of all cases.
RunResult CohortRun::with_earlier(RunResult result) const {
  if (!resumption_.plan) return result;
  std::vector<CaseResult> all;
  std::size_t next = 0;
  for (const auto& record : resumption_.plan->earlier)
    all.push_back(record ? earlier_result(*record, *prepared_.graph) : std::move(result.cases.at(next++)));
  result.cases = std::move(all);
  return result;
}

CohortResult CohortRun::finish(RunResult run) {
  CohortResult result;
  result.of_run = run_recorder_->finish_run(books_of_run(out_, prepared_.shard, prepared_.word), prepared_.list.cases, run);
  const bool tabled = files_->finish(row_order(), facts_of(*prepared_.graph, run));
  result.not_run = report_not_run();
  const bool recorded = write_records(run);
  for (const std::string& warning : run_recorder_->warnings()) say(events_, Weight::warning, warning);
  for (const std::string& error : run_recorder_->errors()) say(events_, Weight::error, error);
  result.recorded = tabled && recorded && run_recorder_->errors().empty();
  result.record = run_record_name(prepared_.shard, prepared_.word);
  result.notices = earlier_texts(out_, prepared_.word, run, result.of_run.status);
  result.run = std::move(run);
  return result;
}

/// The record and the trace. What cannot be written is reported, and does not hide how the cases went.
bool CohortRun::write_records(const RunResult& result) {
  bool written = true;
  const auto attempt = [&](const auto& write) {
    try {
      write();
    } catch (const Error& error) {
      say(events_, Weight::error, error.what());
      written = false;
    }
  };
  const std::filesystem::path record = out_ / run_record_name(prepared_.shard, prepared_.word);
  attempt([&] { write_run_record(record, *prepared_.graph, prepared_.list.cases, out_, result); });
  const std::string& trace = prepared_.request.trace;
  if (!trace.empty()) attempt([&] { trace_.write_chrome(trace, *prepared_.graph, resumption_.to_run); });
  return written;
}

}  // namespace flowrun
