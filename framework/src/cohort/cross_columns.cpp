#include "cohort/cross_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace flowrun {
namespace {

/// Names that a plan knows without a column.
bool is_known_to_plan(const std::string& name) { return name == "fold" || name == "cases" || name == "case"; }

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t begin = text.find("${"); begin != std::string::npos; begin = text.find("${", begin + 2)) {
    const std::size_t end = text.find('}', begin);
    if (end == std::string::npos) break;
    names.push_back(text.substr(begin + 2, end - begin - 2));
  }
  return names;
}

class ColumnCheck {
 public:
  ColumnCheck(const CrossTable& table, const CrossPlan& plan, const std::string& together, Diagnostics& faults)
      : table_(table), plan_(plan), faults_(faults) {
    if (!together.empty()) used_.insert(together);
    all_known_ = together.empty() || has(together);  // else the column that is meant would look like an unused one
  }

  void take(const CrossStep& step, const GraphSpec* graph) {
    std::set<std::string> given;
    for (const auto& [input, text] : step.inputs) {
      given.insert(input);
      for (const std::string& name : names_in(text)) take_name(step, input, name);
    }
    if (!graph) all_known_ = false;
    else
      for (const ValueSpec& input : graph->value_inputs) {
        if (given.contains(input.spec.name)) given_by_plan_.insert(input.spec.name);
        else take_input(step, *graph, input);
      }
  }

  void report() {
    for (const auto& [name, needed_by] : missing_)
      faults_.error(table_.header, fmt::format("the table has no column '{}', needed by {}{}", name, needed_by, misspelt(name)));
    for (const std::string& column : table_.columns) report_unused(column);
  }

 private:
  bool has(const std::string& name) const {
    return std::find(table_.columns.begin(), table_.columns.end(), name) != table_.columns.end();
  }

  void take_name(const CrossStep& step, const std::string& input, const std::string& name) {
    if (is_known_to_plan(name)) return;
    used_.insert(name);
    if (!has(name)) add_missing(name, fmt::format("'in' of step '{}' for input '{}'", step.name, input));
  }

  void take_input(const CrossStep& step, const GraphSpec& graph, const ValueSpec& input) {
    const std::string& name = input.spec.name;
    used_.insert(name);
    if (input.may_be_missing()) return;
    if (!has(name)) return add_missing(name, fmt::format("step '{}' (graph '{}')", step.name, graph.name));
    for (const Columns& row : table_.rows)
      if (row.at(name).empty() && said_empty_.insert({row.at("case"), name}).second)
        faults_.error(table_.header, fmt::format("case '{}' has no value in column '{}', which step '{}' (graph '{}') needs",
                                                 row.at("case"), name, step.name, graph.name));
  }

  void add_missing(const std::string& name, const std::string& needed_by) {
    std::string& all = missing_[name];
    all += (all.empty() ? "" : " and ") + needed_by;
  }

  bool is_unused(const std::string& column) const {
    return column != "case" && !column.starts_with("x-") && !used_.contains(column);
  }

  /// The column that is this one with another spelling.
  std::string misspelt(const std::string& name) {
    for (const std::string& column : table_.columns) {
      if (!is_unused(column) || column.empty()) continue;
      const std::string hint = did_you_mean(column, {name});
      if (hint.empty()) continue;
      said_.insert(column);
      return fmt::format("; it has '{}'{}", column, hint);
    }
    return "";
  }

  void report_unused(const std::string& column) {
    if (!all_known_ || !is_unused(column) || said_.contains(column)) return;
    if (column.empty())
      return faults_.error(table_.header, "a column has no name; one that flowrun is to leave alone is named x-...");
    const std::string why = given_by_plan_.contains(column) ? ", whose steps give this input themselves" : "";
    faults_.error(table_.header,
                  fmt::format("column '{}' is used by no step of plan '{}'{}{} (a column that flowrun is to leave alone is named "
                              "x-...)",
                              column, plan_.name, why, did_you_mean(column, {used_.begin(), used_.end()})));
  }

  const CrossTable& table_;
  const CrossPlan& plan_;
  Diagnostics& faults_;
  std::set<std::string> used_, given_by_plan_, said_;
  std::set<std::pair<std::string, std::string>> said_empty_;
  std::map<std::string, std::string> missing_;  ///< with who needs it
  bool all_known_ = true;
};

}  // namespace

void check_cross_columns(const CrossTable& table, const CrossPlan& plan, const std::string& together,
                         const std::vector<std::shared_ptr<const GraphSpec>>& graphs, Diagnostics& faults) {
  if (table.rows.empty()) return;
  ColumnCheck check(table, plan, together, faults);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) check.take(plan.steps[i], graphs[i].get());
  check.report();
}

}  // namespace flowrun
