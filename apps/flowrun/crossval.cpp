#include "crossval.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>

#include "commands.h"
#include "exit_status.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "fold_measures.h"
#include "folds.h"
#include "graph_check.h"
#include "run_plan.h"
#include "text_layout.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// All that is known before the first fold.
struct PreparedCrossval {
  CrossPlan plan;
  std::vector<std::vector<std::string>> inputs;  ///< of each step's graph, by name
  std::vector<Fold> folds;
};

/// --set STEP.NAME=VALUE goes to the step, behind what the plan says.
void apply_settings(const std::vector<std::string>& words, CrossPlan& plan, Faults& faults) {
  std::vector<std::string> names;
  for (const CrossStep& step : plan.steps) names.push_back(step.name);
  for (auto& [name, value] : assignments(words, "--set", faults)) {
    const std::size_t dot = name.find('.');
    const std::string of_step = name.substr(0, dot);
    const auto step =
        std::find_if(plan.steps.begin(), plan.steps.end(), [&](const CrossStep& one) { return one.name == of_step; });
    if (dot == std::string::npos || step == plan.steps.end()) {
      faults.error({}, fmt::format("--set {}: the plan has no step '{}'{}; write --set STEP.NAME=VALUE", name, of_step,
                                   did_you_mean(of_step, names)));
      continue;
    }
    const std::string parameter = name.substr(dot + 1);
    std::erase_if(step->settings, [&, key = parameter](const auto& setting) { return setting.first == key; });
    step->settings.emplace_back(parameter, value);
  }
}

int fold_count(const CrossvalCommand& command, const CrossPlan& plan, Faults& faults) {
  if (command.folds.empty()) return plan.folds;
  int count = 0;
  const char* end = command.folds.data() + command.folds.size();
  const auto [stop, failed] = std::from_chars(command.folds.data(), end, count);
  if (failed == std::errc() && stop == end && count >= 2) return count;
  faults.error({}, fmt::format("--folds takes a whole number of at least 2, not '{}'", command.folds));
  return 0;
}

/// Checks each step's graph with the settings of the first fold; models of earlier steps need not be there yet.
void check_steps(const CrossvalCommand& command, PreparedCrossval& prepared, Faults& faults) {
  const Registry registry = open_registry(command.plugin_paths);
  for (const CrossStep& step : prepared.plan.steps) {
    std::vector<std::string> settings;
    if (!prepared.folds.empty()) {
      const Fold& fold = prepared.folds.front();
      settings = step_settings(step, fold, fs::path(command.out) / fold.name, faults);
      step_table(step, fold, fs::path(command.out) / fold.name, {}, faults);
    }
    const CheckedGraph checked = check_graph(step.graph.string(), settings, registry, faults, Files::may_be_missing);
    std::vector<std::string> names;
    if (checked.spec)
      for (const ValueSpec& input : checked.spec->value_inputs) names.push_back(input.spec.name);
    for (const auto& [name, value] : step.inputs)
      if (checked.spec && std::find(names.begin(), names.end(), name) == names.end())
        faults.error(step.place,
                     fmt::format("step '{}': its graph has no input '{}'{}", step.name, name, did_you_mean(name, names)));
    prepared.inputs.push_back(std::move(names));
  }
}

PreparedCrossval prepare(const CrossvalCommand& command, Faults& faults) {
  PreparedCrossval prepared;
  std::optional<CrossPlan> plan = load_cross_plan(command.plan, faults);
  const std::vector<Columns> rows = read_columns(command.cases, faults);
  if (!plan) return prepared;
  prepared.plan = std::move(*plan);
  apply_settings(command.settings, prepared.plan, faults);
  if (!rows.empty()) prepared.folds = make_folds(rows, fold_count(command, prepared.plan, faults), faults);
  check_steps(command, prepared, faults);
  check_writable(command.out, "--out", faults);
  return prepared;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// One step of one fold, with the files that it is known by.
class StepRun {
 public:
  StepRun(const CrossvalCommand& command, const PreparedCrossval& prepared, const Fold& fold, std::size_t index)
      : step_(prepared.plan.steps[index]), folder_(fs::absolute(fs::path(command.out) / fold.name)) {
    Faults faults;  // none: checked before
    run_.graph = step_.graph.string();
    run_.settings = step_settings(step_, fold, folder_, faults);
    run_.cases = {(folder_ / (step_.name + "_cases.csv")).string()};
    run_.out = (folder_ / step_.out).string();
    run_.threads = command.threads;
    run_.plugin_paths = command.plugin_paths;
    run_.quiet = command.quiet;
    table_ = step_table(step_, fold, folder_, prepared.inputs[index], faults);
  }

  /// Done with the same graph, settings and cases.
  bool is_done() const { return text_of(done_file()) == signature(); }

  int execute() const {
    prepare_folder(folder_, "--out");
    write_atomically(run_.cases.front(), table_);
    const int status = flowrun::execute(run_);
    if (status == kAllDone) write_atomically(done_file(), signature());
    return status;
  }

 private:
  fs::path done_file() const { return folder_ / (step_.name + ".done"); }

  std::string signature() const {
    std::string text = "graph " + run_.graph + "\n" + text_of(run_.graph) + "\n";
    for (const std::string& setting : run_.settings) text += "set " + setting + "\n";
    return text + table_;
  }

  const CrossStep& step_;
  fs::path folder_;
  RunCommand run_;
  std::string table_;
};

/// A step that runs again makes those behind it run again too: their inputs are new.
int run_fold(const CrossvalCommand& command, const PreparedCrossval& prepared, const Fold& fold) {
  bool anew = false;
  for (std::size_t i = 0; i < prepared.plan.steps.size(); ++i) {
    const StepRun step(command, prepared, fold, i);
    const std::string where = fmt::format("fold {}, step {}", fold.name, prepared.plan.steps[i].name);
    if (!anew && step.is_done()) {
      if (!command.quiet) fmt::print(stderr, "flowrun: {}: done before\n", printable(where));
      continue;
    }
    anew = true;
    if (!command.quiet) fmt::print(stderr, "flowrun: {}\n", printable(where));
    const int status = step.execute();
    if (status == kAllDone) continue;
    fmt::print(stderr, "flowrun: {} {}; the same command goes on from here\n", printable(where),
               status == kInterrupted ? "was interrupted" : "failed");
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

int print_measures(const CrossvalCommand& command, const PreparedCrossval& prepared) {
  FoldMeasures measures;
  Faults faults;
  for (const Fold& fold : prepared.folds) {
    const fs::path folder = fs::absolute(fs::path(command.out) / fold.name);
    measures.add(substituted(prepared.plan.measures, {{"fold", folder.string()}}, {prepared.plan.file.string(), 0, 0}, faults),
                 faults);
  }
  print_faults(faults);
  if (faults.has_errors()) return kSomeCaseFailed;
  const fs::path file = fs::path(command.out) / "measures.csv";
  write_atomically(file, measures.csv());
  fmt::print("{}: {} tested in {}\n\n{}\nmeasures: {}\n", printable(prepared.plan.name), count_text(measures.rows.size(), "case"),
             count_text(prepared.folds.size(), "fold"), printable(measures.text(prepared.plan.show)), printable(file.string()));
  return kAllDone;
}

}  // namespace

int execute(const CrossvalCommand& command) {
  Faults faults;
  const PreparedCrossval prepared = prepare(command, faults);
  print_faults(faults);
  if (faults.has_errors() || prepared.folds.empty()) {
    fmt::print(stderr, "flowrun: nothing was run: {}\n", verdict(faults));
    return kWrongInput;
  }
  if (command.dry_run) {
    print_folds(prepared);
    return kAllDone;
  }
  for (const Fold& fold : prepared.folds)
    if (const int status = run_fold(command, prepared, fold); status != kAllDone) return status;
  return print_measures(command, prepared);
}

}  // namespace flowrun
