#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "case_list.h"
#include "commands.h"
#include "exit_status.h"
#include "flowrun/host/runtime.h"
#include "flowrun/sdk/error.h"
#include "graph_check.h"
#include "interrupts.h"
#include "progress_display.h"
#include "run_plan.h"
#include "run_summary.h"
#include "text_layout.h"

namespace flowrun {
namespace {

constexpr int kMaxCount = 1024;

/// A count of an option, or the default when it is not given.
int count_option(const std::string& text, const std::string& option, int default_value, Faults& faults) {
  if (text.empty()) return default_value;
  int count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed == std::errc() && end == text.data() + text.size() && count >= 1 && count <= kMaxCount) return count;
  faults.error({}, fmt::format("{} takes a whole number from 1 to {}, not '{}'", option, kMaxCount, text));
  return default_value;
}

CaseSource case_source(const RunCommand& command, Faults& faults) {
  CaseSource source{command.inputs,       command.cases,    command.case_name,   command.bids,
                    command.participants, command.sessions, command.bids_filters};
  if (command.incomplete == "skip") source.incomplete = Incomplete::is_left_out;
  else if (!command.incomplete.empty() && command.incomplete != "error")
    faults.error({}, fmt::format("--incomplete takes error or skip, not '{}'", command.incomplete));
  return source;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

/// All that is known of a run before its first case.
struct PreparedRun {
  std::shared_ptr<const ValidatedGraph> graph;
  CaseList list;
  RunOptions options;
};

PreparedRun prepare(const RunCommand& command, const Registry& registry, Faults& faults) {
  PreparedRun run;
  run.options.threads = count_option(command.threads, "--threads", 0, faults);
  run.options.cases_in_flight = count_option(command.cases_in_flight, "--cases-in-flight", run.options.cases_in_flight, faults);
  run.options.fail_fast = command.fail_fast;
  run.options.out = command.out;
  const CheckedGraph checked = check_graph(command.graph, command.settings, registry, faults);
  run.graph = checked.graph;
  run.list = collect_cases(case_source(command, faults), checked.spec.get(), faults);
  if (run.graph) check_case_list(*run.graph, run.list, command.out, faults);
  check_writable(command.out, "--out", faults);
  if (!command.bids.empty())
    if (const std::string fault = bids_derivative_fault(command.out); !fault.empty()) faults.error({}, "--out: " + fault);
  if (!command.trace.empty()) check_writable(folder_of(command.trace), "--trace", faults);
  return run;
}

RunResult watched(Run& run, const std::vector<Case>& cases, const RunCommand& command, Interrupts& interrupts) {
  ProgressDisplay display(run, command.quiet ? ProgressStyle::none : ProgressDisplay::fitting_style());
  interrupts.watch(run, [&display](const std::string& line) { display.say(line); });
  RunResult result = run.execute(cases);
  interrupts.unwatch();
  return result;
}

/// The record and the trace. What cannot be written is said, and does not hide how the cases went.
bool write_records(const RunCommand& command, const PreparedRun& prepared, const Trace& trace, const RunResult& result) {
  bool written = true;
  const auto attempt = [&](const auto& write) {
    try {
      write();
    } catch (const Error& error) {
      fmt::print(stderr, "flowrun: error: {}\n", printable(error.what()));
      written = false;
    }
  };
  const std::filesystem::path out = command.out;
  attempt([&] { write_run_record(out / "flowrun-run.json", *prepared.graph, prepared.list.cases, out, result); });
  if (!command.trace.empty()) attempt([&] { trace.write_chrome(command.trace, *prepared.graph, prepared.list.cases); });
  return written;
}

/// An interrupt that came too late to cut anything off does not count; nor does the end that --fail-fast brings.
ExitStatus status_of(const RunResult& result, bool interrupted) {
  const auto any = [&](auto... wanted) {
    return std::any_of(result.cases.begin(), result.cases.end(),
                       [&](const CaseResult& one) { return ((one.status == wanted) || ...); });
  };
  if (interrupted && any(CaseStatus::cancelled, CaseStatus::not_started)) return kInterrupted;
  const bool all_done = !any(CaseStatus::failed, CaseStatus::cancelled, CaseStatus::not_started);
  return all_done && result.run_errors.empty() ? kAllDone : kSomeCaseFailed;
}

/// What makes the output folder a BIDS derivative, and its folders: not every node makes the folder of the file that it writes.
void prepare_derivative(const RunCommand& command, const PreparedRun& prepared) {
  write_bids_description(command.out, {prepared.graph->name, FLOWRUN_VERSION, command.bids});
  for (const Case& one : prepared.list.cases)
    for (const CaseFile& file : files_of(*prepared.graph, one, command.out))
      if (file.role == PathRole::output) std::filesystem::create_directories(folder_of(file.path));
}

int run_cases(const RunCommand& command, PreparedRun& prepared, Registry& registry, Interrupts& interrupts) {
  prepare_folder(command.out, "--out");
  if (!command.trace.empty()) prepare_folder(folder_of(command.trace), "--trace");
  if (!command.bids.empty()) prepare_derivative(command, prepared);
  Trace trace;
  if (!command.trace.empty()) prepared.options.trace = &trace;
  if (!command.quiet)
    fmt::print(stderr, "flowrun: {}: opening {} for {}\n", printable(prepared.graph->name),
               count_text(prepared.graph->nodes.size(), "node"), count_text(prepared.list.cases.size(), "case"));
  Run run(prepared.graph, registry, prepared.options);
  const RunResult result = watched(run, prepared.list.cases, command, interrupts);
  const bool recorded = write_records(command, prepared, trace, result);
  if (!command.quiet) print_summary(*prepared.graph, prepared.list.cases, command.out, result);
  print_failures(result);
  const ExitStatus status = status_of(result, interrupts.received());
  return status == kAllDone && !recorded ? kSomeCaseFailed : status;
}

}  // namespace

int execute(const RunCommand& command) {
  Interrupts interrupts;  // first: a plugin's library may start threads when it is loaded
  Registry registry = open_registry(command.plugin_paths);
  Faults faults;
  PreparedRun prepared = prepare(command, registry, faults);
  print_faults(faults);
  if (faults.has_errors() || !prepared.graph) {
    fmt::print(stderr, "flowrun: nothing was run: {}\n", verdict(faults));
    return kWrongInput;
  }
  if (command.dry_run) {
    print_plan(*prepared.graph, prepared.list.cases, command.out);
    return kAllDone;
  }
  return run_cases(command, prepared, registry, interrupts);
}

}  // namespace flowrun
