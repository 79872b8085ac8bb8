#include "flowrun/host/crossval.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "cohort/cross_columns.h"
#include "cohort/cross_leaks.h"
#include "cohort/folds.h"
#include "cohort/graph_inputs.h"
#include "cohort/output_folder.h"
#include "flowrun/host/contained.h"
#include "flowrun/host/graph_check.h"
#include "flowrun/host/text.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// --set STEP.NAME=VALUE goes to the step, behind what the plan says.
void apply_settings(const std::vector<std::string>& words, CrossPlan& plan, Diagnostics& faults) {
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

int fold_count(const CrossvalRequest& request, const CrossPlan& plan, Diagnostics& faults) {
  if (request.folds.empty()) return plan.folds;
  int count = 0;
  const char* end = request.folds.data() + request.folds.size();
  const auto [stop, failed] = std::from_chars(request.folds.data(), end, count);
  if (failed == std::errc() && stop == end && count >= 2) return count;
  faults.error({}, fmt::format("--folds takes a whole number of at least 2, not '{}'", request.folds));
  return 0;
}

/// Names of a plan and of its table become folders and files of a fold: they lie in it, whatever they hold.
void check_places(const CrossvalRequest& request, const PreparedCrossval& prepared, Diagnostics& faults) {
  for (const Fold& fold : prepared.folds) {
    const fs::path folder = fs::path(request.out) / fold.name;
    std::error_code unknown;
    if (!lies_within(folder, request.out) || fs::is_symlink(fs::symlink_status(folder, unknown)))
      faults.error({}, fmt::format("the folder '{}' of fold '{}' is a link or leads out of --out '{}'; remove it", folder.string(), fold.name,
                                   request.out));
    for (const CrossStep& step : prepared.plan.steps)
      if (fs::path(step.out).is_absolute() || !lies_within(folder / step.out, folder))
        faults.error(step.place, fmt::format("step '{}': its 'out' is '{}', which leads out of the fold's folder '{}'", step.name,
                                             step.out, folder.string()));
    const std::string measures =
        substituted(prepared.plan.measures, {{"fold", folder.string()}}, {prepared.plan.file.string(), 0, 0}, faults);
    if (!lies_within(measures, folder))
      faults.error({prepared.plan.file.string(), 0, 0},
                   fmt::format("'measures' is '{}', which does not lie in the fold's folder '{}'", measures, folder.string()));
    if (faults.has_errors()) return;  // the other folds have the same
  }
}

/// The files that a step's cases name and that no step before it makes.
void check_files(const CrossStep& step, const GraphSpec& spec, const std::vector<Columns>& cases, Diagnostics& faults) {
  for (const ValueSpec& input : spec.value_inputs) {
    if (input.spec.type != ParamType::path) continue;
    const auto given = std::find_if(step.inputs.begin(), step.inputs.end(),
                                    [&](const auto& pair) { return pair.first == input.spec.name; });
    if (given != step.inputs.end() && given->second.find("${fold}") != std::string::npos) continue;
    for (const Columns& one : cases) {
      const auto cell = one.find(input.spec.name);
      Diagnostics said;  // by step_table
      const std::string file = given != step.inputs.end() ? substituted(given->second, one, step.place, said)
                               : cell != one.end()        ? cell->second
                                                          : "";
      std::error_code unknown;
      if (!file.empty() && !said.has_errors() && !fs::exists(file, unknown))
        faults.error(step.place, fmt::format("step '{}', case '{}', input '{}': the file '{}' does not exist", step.name, one.at("case"),
                                             input.spec.name, file));
    }
  }
}

/// Faults of a graph whose files are looked at too; those that lie in the fold's folder are made by the steps before.
void add_missing_files(const Diagnostics& lax, const Diagnostics& strict, const std::string& folder, Diagnostics& faults) {
  for (const Diagnostic& fault : strict.all()) {
    const bool known =
        std::any_of(lax.all().begin(), lax.all().end(), [&](const Diagnostic& one) { return one.message == fault.message; });
    if (!known && fault.message.find(folder) == std::string::npos) add_fault(faults, fault.severity, fault.place, fault.message);
  }
}

std::vector<std::string> input_names_of(const CrossStep& step, const GraphSpec& spec, Diagnostics& faults) {
  const std::vector<std::string> names = input_names(spec);
  for (const auto& [name, value] : step.inputs)
    if (std::find(names.begin(), names.end(), name) == names.end())
      faults.error(step.place,
                   fmt::format("step '{}': its graph has no input '{}'{}", step.name, name, did_you_mean(name, names)));
  return names;
}

/// Checks each step's graph with the settings of the first fold; what earlier steps make need not be there yet. Gives the graphs.
std::vector<std::shared_ptr<const GraphSpec>> check_steps(const CrossvalRequest& request, PreparedCrossval& prepared,
                                                          Diagnostics& faults) {
  std::vector<std::shared_ptr<const GraphSpec>> graphs;
  for (const CrossStep& step : prepared.plan.steps) {
    std::vector<std::string> settings;
    fs::path folder;
    if (!prepared.folds.empty()) {
      const Fold& fold = prepared.folds.front();
      folder = fs::absolute(fs::path(request.out) / fold.name);
      settings = step_settings(step, fold, folder, faults);
      step_table(step, fold, folder, {}, faults);
    }
    Diagnostics lax, strict;
    const CheckedGraph checked = check_graph(step.graph.string(), settings, prepared.registry, lax, Files::may_be_missing);
    for (const Diagnostic& fault : lax.all()) add_fault(faults, fault.severity, fault.place, fault.message);
    if (checked.graph) {
      check_graph(step.graph.string(), settings, prepared.registry, strict, Files::must_exist);
      add_missing_files(lax, strict, folder.string(), faults);
    }
    prepared.inputs.push_back(checked.spec ? input_names_of(step, *checked.spec, faults) : std::vector<std::string>());
    graphs.push_back(checked.spec);
    if (!checked.spec || prepared.folds.empty()) continue;
    std::vector<Columns> all = prepared.folds.front().train;
    all.insert(all.end(), prepared.folds.front().test.begin(), prepared.folds.front().test.end());
    check_files(step, *checked.spec, all, faults);
  }
  return graphs;
}

/// The inputs that are files.
std::set<std::string> files_of(const std::vector<std::shared_ptr<const GraphSpec>>& graphs) {
  std::set<std::string> names;
  for (const auto& graph : graphs)
    if (graph)
      for (const ValueSpec& input : graph->value_inputs)
        if (input.spec.type == ParamType::path) names.insert(input.spec.name);
  return names;
}

}  // namespace

PreparedCrossval prepare_crossval(const CrossvalRequest& request, Registry registry, Diagnostics& faults) {
  PreparedCrossval prepared;
  prepared.registry = std::move(registry);
  std::optional<CrossPlan> plan = load_cross_plan(request.plan, faults);
  const CrossTable table = read_columns(request.cases, faults);
  if (!plan) return prepared;
  prepared.plan = std::move(*plan);
  apply_settings(request.settings, prepared.plan, faults);
  if (!table.rows.empty())
    prepared.folds = make_folds(table, fold_count(request, prepared.plan, faults), request.together, faults);
  const auto graphs = check_steps(request, prepared, faults);
  check_cross_columns(table, prepared.plan, request.together, graphs, faults);
  if (!faults.has_errors()) check_leaks(table, prepared.folds, files_of(graphs), faults);
  if (!faults.has_errors()) check_places(request, prepared, faults);
  check_writable(request.out, "--out", faults);
  return prepared;
}

}  // namespace flowrun
