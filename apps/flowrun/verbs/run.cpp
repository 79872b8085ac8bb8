#include "verbs/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "authoring/graph_text.h"
#include "flowrun/host/text.h"
#include "report/page_nonce.h"
#include "report/run_plan.h"
#include "report/run_summary.h"
#include "system/address_space.h"
#include "system/exit_status.h"
#include "system/interrupts.h"
#include "terminal/announcer.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"
#include "verbs/isolated_firing.h"
#include "verbs/run_events.h"
#include "verbs/sweep.h"

namespace flowrun {
namespace {

/// An interrupt that came too late to cut anything off does not count; nor does the end that --fail-fast brings.
ExitStatus status_of(const RunResult& result, bool interrupted) {
  const auto any = [&](auto... wanted) {
    return std::any_of(result.cases.begin(), result.cases.end(),
                       [&](const CaseResult& one) { return ((one.status == wanted) || ...); });
  };
  const bool cut_off = result.run_cut_off || any(CaseStatus::cancelled, CaseStatus::not_started);
  if (interrupted && cut_off) return kInterrupted;
  return !cut_off && !any(CaseStatus::failed) && result.run_errors.empty() ? kAllDone : kSomeCaseFailed;
}

int report_nothing(const RunCommand& command, const CohortResult& result) {
  if (result.crashed) fmt::print(stderr, "flowrun: error: nothing to run: {}\n", printable(result.nothing));
  else if (!command.quiet) fmt::print("nothing to run: {}\n", result.nothing);
  return result.all_done() ? kAllDone : kSomeCaseFailed;
}

int report_run(const RunCommand& command, const Cohort& cohort, const CohortResult& result, bool interrupted) {
  if (!result.nothing.empty()) return report_nothing(command, result);
  if (!command.quiet && command.brief) print_brief(*cohort.graph(), result.run);
  else if (!command.quiet) print_summary(*cohort.graph(), cohort.cases(), command.out, result.run, result.record, result.of_run);
  print_failures(result.run, command.where);
  for (const std::string& text : result.notices) fmt::print(stderr, "flowrun: {}{}\n", printable(command.where), printable(text));
  const ExitStatus status = status_of(result.run, interrupted);
  return status == kAllDone && !result.all_done() ? kSomeCaseFailed : status;
}

}  // namespace

bool is_run_of_watch() {
  const char* const watch = std::getenv(kWatchVariable);
  return watch && std::to_string(::getppid()) == watch;
}

int run(const RunCommand& command, Interrupts& interrupts) {
  Registry registry = open_registry(command.plugin_paths);
  Diagnostics faults;
  CohortRequest request = command;
  request.waits_for_folder = is_run_of_watch();
  request.isolated = {"/proc/self/exe", {kIsolatedFiring}};
  Cohort cohort(std::move(request), registry, faults);
  print_faults(faults);
  if (faults.has_errors() || !cohort.graph()) {
    fmt::print(stderr, "flowrun: nothing was run: {}\n", verdict(faults));
    return kWrongInput;
  }
  Announcer announcer;
  const CohortEvents events =
      events_of_run({command.out, command.where, command.quiet, command.no_report}, interrupts, announcer);
  if (command.dry_run) {
    print_plan(*cohort.graph(), cohort.to_run(events), command.out);
    return kAllDone;
  }
  require_address_space(cohort.threads());
  const CohortResult result = cohort.run(events);
  return report_run(command, cohort, result, interrupts.received());
}

namespace {

/// The inputs and parameters of the graph itself.
int print_graph_help(const std::string& graph) {
  Diagnostics faults;
  const auto spec = load_graph(graph, faults);
  print_faults(faults);
  if (!spec) return kWrongInput;
  fmt::print("{}{}", graph_title(*spec), graph_interface(*spec));
  fmt::print(
      "\nParameters of single nodes: --set NODE.PARAM=VALUE; 'flowrun describe {}' lists the nodes.\n"
      "All options: flowrun run --help\n",
      printable(graph));
  return faults.has_errors() ? kWrongInput : kAllDone;
}

int run_or_help(const RunCommand& command) {
  if (command.help && command.graph.empty()) return fmt::print("{}", command.own_help()), kAllDone;
  if (command.help) return print_graph_help(command.graph);
  if (command.graph.empty()) throw WrongUse{"'run' needs the argument GRAPH, a graph file"};
  Interrupts interrupts;  // first: a plugin's library may start threads when it is loaded
  return command.sweep.empty() ? run(command, interrupts) : run_sweep(command, interrupts);
}

constexpr const char* kExamples =
    "  flowrun run graphs/demo.json\n"
    "  flowrun run graphs/demo.json --help              the inputs and parameters of that graph\n"
    "  flowrun run segment.json --in flair=p07/flair.nii.gz --in t1=p07/t1.nii.gz --out results\n"
    "  flowrun run segment.json --cases subjects.csv --set candidate_threshold=1.5 --out results\n"
    "  flowrun run segment.json --cases flair='data/{case}/FLAIR.nii.gz' --cases t1='data/{case}/T1.nii.gz'\n"
    "  flowrun run segment.json --bids study --participant-label 01 02 --out study/derivatives/flowrun\n"
    "  flowrun run segment.json --cases subjects.csv --dry-run\n\n"
    "A table of cases is a CSV or TSV file: a column 'case' and one column for each graph input;\n"
    "relative paths in it start at the table's folder.\n"
    "Ctrl-C: no new cases start, those running finish; a second Ctrl-C ends the run at once.\n\n";

void declare_cases(Verb& verb, RunCommand& command) {
  verb.repeatable(
      "--cases", command.cases, "TABLE|NAME=PATTERN",
      "table of cases (CSV or TSV), or for each input the pattern of its\nfiles: flair='data/{case}/FLAIR.nii.gz' (repeatable)");
  verb.option("--case-name", command.case_name, "NAME", "name of the one case [the graph's name]");
  verb.option("--bids", command.bids, "DIR", "take the cases from a BIDS data set");
  verb.labels("--participant-label,--participant_label", command.participants, "participants to run, with or without sub- [all]");
  verb.labels("--session-label,--session_label", command.sessions, "sessions to run, with or without ses- [all]");
  verb.repeatable(
      "--bids-filter", command.bids_filters, "NAME.ENTITY=LABEL",
      "choose among the files for a graph input: flair.run=1; an empty\nlabel: the entity must not be there (repeatable)");
  verb.option("--incomplete", command.incomplete, "WHAT",
              "what to do with cases of which files are missing: error or\nskip [error]");
}

}  // namespace

void declare_run(Verb& verb, RunCommand& command) {
  verb.optional_argument("GRAPH", command.graph, "the graph file (JSON); -: the standard input");
  verb.repeatable("--in", command.inputs, "NAME=VALUE", "value of a graph input, for every case (repeatable)");
  declare_cases(verb, command);
  verb.settings(command.settings);
  verb.option("--out", command.out, "DIR", "folder of the outputs, made when missing [out]");
  verb.option("--threads", command.threads, "N", "threads of the whole process [the cores it may use]");
  verb.option("--cases-in-flight", command.cases_in_flight, "N", "cases that run at a time [2]");
  verb.option("--shard", command.shard, "I/N",
              "run only the I-th of N parts of the cases; slurm: the part of this task of\na Slurm job array");
  verb.option("--device", command.device, "DEVICE",
              "device of the nodes whose graph leaves it open [auto]:\nauto, cpu, cuda or cuda:<number>");
  verb.option("--trace", command.trace, "FILE", "write a timeline of every firing (open it in Perfetto or\nchrome://tracing)");
  verb.flag("--resume", command.resume, "run only the cases that are not done, or of which something has changed");
  verb.flag("--retry-failed", command.retry_failed, "run only the cases that failed or were not finished last time");
  verb.repeatable("--only", command.only, "CASE",
                  "run only these cases: names or patterns ('p0*'), separated by commas,\n"
                  "or those of a table of ratings: @ratings.tsv or @ratings.tsv:pass (repeatable)");
  verb.repeatable("--exclude", command.exclude, "CASE", "leave these cases out; named as with --only (repeatable)");
  verb.flag("--no-report", command.no_report, "write no page about the run (report.html)");
  verb.flag("--fail-fast", command.fail_fast, "the first failing case ends the run");
  verb.option("--replay-limit", command.replay_limit, "BYTES",
              "room for the packets of failed firings, for 'flowrun replay' [1G]");
  verb.flag("--no-replay", command.no_replay, "keep no packets of failed firings");
  verb.repeatable("--sweep", command.sweep, "NAME=A,B,...",
                  "run once for each of these values of a parameter (repeatable: all combinations),\n"
                  "each in a folder of its own below --out, with one table, sweep.csv");
  verb.repeatable("--until", command.until, "NODE[.PORT]",
                  "run only what this node or subgraph needs, and write what it makes to files\n(repeatable)");
  verb.repeatable(
      "--keep", command.keep, "NODE.PORT[=FILE]",
      "write this output of a node or subgraph to a file too: an image, a table, a\ntransform or a number (repeatable)");
  verb.option("--cache", command.cache, "DIR", "folder of kept results [$FLOWRUN_CACHE, or ~/.cache/flowrun]");
  verb.option("--cache-limit", command.cache_limit, "BYTES", "room for kept results; what was used longest ago is removed [10G]");
  verb.flag("--no-cache", command.no_cache, "run every node, and keep no results");
  verb.flag("--dry-run", command.dry_run, "check everything, list what would run and be written; run nothing");
  verb.flag("--quiet", command.quiet, "no progress and no summary; faults and failures only");
  verb.plugin_path(command.plugin_paths);
}

Verb run_verb(CLI::App& app) {
  Verb verb(app, "run", "run a graph over one case or many", kExamples + std::string(kStatusHelp));
  RunCommand& command = verb.carried_out_by(run_or_help);
  command.own_help = verb.help();
  verb.help_flag(command.help, "show this help, or with a GRAPH its own inputs and parameters");
  declare_run(verb, command);
  return verb;
}

}  // namespace flowrun
