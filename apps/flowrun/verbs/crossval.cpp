#include "verbs/crossval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "flowrun/host/crossval.h"
#include "flowrun/host/own_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "system/interrupts.h"
#include "terminal/fault_lines.h"
#include "terminal/open_registry.h"
#include "terminal/text_layout.h"
#include "verbs/run.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

struct CrossvalCommand : CrossvalRequest {
  Words plugin_paths;
  bool dry_run = false;
  bool quiet = false;
};

/// Says that a step begins, and why it does again.
void say_step(const CrossvalCommand& command, const std::string& where, const std::vector<std::string>& changes) {
  if (command.quiet) return;
  for (const std::string& change : changes)
    fmt::print(stderr, "flowrun: {} runs again: {}\n", printable(where), printable(change));
  fmt::print(stderr, "flowrun: {}\n", printable(where));
}

/// The table of an earlier call says nothing of what runs now.
void forget_measures(const CrossvalCommand& command) {
  const fs::path file = fs::path(command.out) / kMeasuresFile;
  refuse_links({file});
  std::error_code missing;
  fs::remove(file, missing);
}

int say_interrupted(const std::string& where) {
  fmt::print(stderr, "flowrun: interrupted {}; the same command continues there\n", printable(where));
  return kInterrupted;
}

/// After a step that failed or was cut off: what an earlier call made in the steps behind it lies there still, and is not of this
/// call. `fold`, `step`: of the one that ended.
void say_not_reached(const CrossvalCommand& command, const PreparedCrossval& prepared, std::size_t fold, std::size_t step) {
  std::string old;
  for (std::size_t f = fold; f < prepared.folds.size(); ++f)
    for (std::size_t s = f == fold ? step + 1 : 0; s < prepared.plan.steps.size(); ++s)
      if (StepRun(command, prepared, prepared.folds[f], s).ended_before())
        old += fmt::format("{}{}/{}", old.empty() ? "" : ", ", prepared.folds[f].name, prepared.plan.steps[s].name);
  if (!old.empty())
    fmt::print(stderr, "flowrun: not reached, and as an earlier call left them (fold/step): {}\n", printable(old));
}

/// Runs what is not done of a step.
int run_step(const CrossvalCommand& command, const StepRun& step, const std::string& where, Interrupts& interrupts) {
  RunCommand as_run{step.begin()};
  as_run.plugin_paths = command.plugin_paths;
  as_run.quiet = command.quiet;
  as_run.brief = true;
  as_run.where = where + ": ";
  const int status = run(as_run, interrupts);
  if (status == kAllDone) step.note_end();
  return status;
}

/// A step that runs again makes those behind it be looked at again; what is unchanged in them is kept.
int run_fold(const CrossvalCommand& command, const PreparedCrossval& prepared, std::size_t number, Interrupts& interrupts) {
  const Fold& fold = prepared.folds[number];
  bool again = false;
  for (std::size_t i = 0; i < prepared.plan.steps.size(); ++i) {
    const StepRun step(command, prepared, fold, i);
    const std::string where = fmt::format("fold {}, step {}", fold.name, prepared.plan.steps[i].name);
    if (interrupts.received()) return say_interrupted("before " + where);
    const StepRun::State state = step.state();
    if (!again && state.done) {
      if (!command.quiet) fmt::print(stderr, "flowrun: {}: done before\n", printable(where));
      continue;
    }
    if (!again) forget_measures(command);
    again = true;
    say_step(command, where, state.changes);
    const int status = run_step(command, step, where, interrupts);
    if (status == kAllDone) continue;
    say_not_reached(command, prepared, number, i);
    if (status == kInterrupted) return say_interrupted("in " + where);
    fmt::print(stderr, "flowrun: {} failed; when the cause is corrected, the same command continues there\n", printable(where));
    return status;
  }
  return kAllDone;
}

void print_folds(const PreparedCrossval& prepared) {
  fmt::print("{}: {} in each of {}\n", printable(prepared.plan.name), count_text(prepared.plan.steps.size(), "step"),
             count_text(prepared.folds.size(), "fold"));
  for (const Fold& fold : prepared.folds) {
    std::string tested;
    for (const Columns& one : fold.test) tested += (tested.empty() ? "" : ", ") + one.at("case");
    fmt::print("  {}: trains on {}, tests {}\n", printable(fold.name), count_text(fold.train.size(), "case"), printable(tested));
  }
}

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<Align> aligns(rows.front().size(), Align::right);
  aligns.front() = Align::left;
  TextTable table(aligns);
  for (const auto& row : rows) table.add(row);
  return table.text();
}

void warn_of_unknown(const std::vector<std::string>& show, const FoldMeasures& measures) {
  for (const std::string& name : show)
    if (std::find(measures.columns.begin(), measures.columns.end(), name) == measures.columns.end())
      fmt::print(stderr, "flowrun: warning: 'show' names '{}', which is no column of the measures{}\n", printable(name),
                 printable(did_you_mean(name, measures.columns)));
}

int print_measures(const CrossvalCommand& command, const PreparedCrossval& prepared) {
  Diagnostics faults;
  const FoldMeasures measures = measures_of_folds(command, prepared, faults);
  print_faults(faults);
  if (faults.has_errors()) return kSomeCaseFailed;
  warn_of_unknown(prepared.plan.show, measures);
  const fs::path file = fs::path(command.out) / kMeasuresFile;
  refuse_links({file});
  write_atomically(file, measures.csv());
  fmt::print("{}: {} tested in {}\n\n{}\nmeasures: {}\n", printable(prepared.plan.name), count_text(measures.rows.size(), "case"),
             count_text(prepared.folds.size(), "fold"), table_text(measures.shown(prepared.plan.show)), printable(file.string()));
  return kAllDone;
}

int crossval(const CrossvalCommand& command) {
  Interrupts interrupts;  // first: a plugin's library may start threads when it is loaded
  Diagnostics faults;
  const PreparedCrossval prepared = prepare_crossval(command, open_registry(command.plugin_paths), faults);
  print_faults(faults);
  if (faults.has_errors() || prepared.folds.empty()) {
    fmt::print(stderr, "flowrun: nothing was run: {}\n", verdict(faults));
    return kWrongInput;
  }
  if (command.dry_run) {
    print_folds(prepared);
    return kAllDone;
  }
  for (std::size_t i = 0; i < prepared.folds.size(); ++i)
    if (const int status = run_fold(command, prepared, i, interrupts); status != kAllDone) return status;
  return print_measures(command, prepared);
}

}  // namespace

Verb crossval_verb(CLI::App& app) {
  Verb verb(app, "crossval", "train and test over folds of a table of cases, by a plan",
            "  flowrun crossval graphs/msseg2016/crossval.plan.json --cases subjects.csv --out crossval\n"
            "  flowrun crossval graphs/msseg2016/crossval.plan.json --cases subjects.csv --folds 5 --set initial.epochs=20\n\n"
            "A step that is done is not done again: after an interruption the same command continues where it was.");
  CrossvalCommand& command = verb.carried_out_by(crossval);
  verb.argument("PLAN", command.plan, "the plan (JSON): which graphs run, one after the other, in each fold");
  verb.required_option("--cases", command.cases, "TABLE", "table of cases (CSV or TSV), with the columns that the graphs need");
  verb.option("--out", command.out, "DIR", "folder with a folder for each fold, made when missing [crossval]");
  verb.option("--folds", command.folds, "N", "number of folds [the plan's; leave one out without]");
  verb.option("--together", command.together, "COLUMN",
              "column of the table; cases with one value there, such as a patient's visits, are tested in one fold");
  verb.repeatable("--set", command.settings, "STEP.NAME=VALUE",
                  "set a parameter of a step's graph: STEP.NAME=VALUE (repeatable)");
  verb.option("--threads", command.threads, "N", "threads of the whole process [the cores it may use]");
  verb.flag("--dry-run", command.dry_run, "check the plan and its graphs, list the folds; run nothing");
  verb.flag("--quiet", command.quiet, "no progress and no summaries of the runs; the figures at the end only");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
