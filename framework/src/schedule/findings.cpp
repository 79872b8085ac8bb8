#include "schedule/findings.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "flowrun/sdk/payloads.h"
#include "schedule/thrown_text.h"

namespace flowrun::schedule {
namespace {

/// Nothing for text and for what is not defined (NaN).
std::optional<double> figure_of(const Table::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  const auto* number = std::get_if<double>(&cell);
  return number && std::isfinite(*number) ? std::optional(*number) : std::nullopt;
}

}  // namespace

void Findings::report(const PlannedNode& node, const Item& item, std::string_view name, double value) {
  if (name.empty()) throw Error("the node reported a figure without a name; give report() the name of a column");
  CaseItem* const of = case_of(item);
  const std::lock_guard lock(of ? of->mutex : mutex_);
  (of ? of->reports : reports_)[{node.index, std::string(name)}].add(value);
}

void Findings::warn(const PlannedNode& node, const Item& item, std::string_view sentence) {
  CaseItem* const of = case_of(item);
  const std::lock_guard lock(of ? of->mutex : mutex_);
  if (of) of->warnings.emplace_back(node.index, cut_sentence(sentence));
  else warnings_.push_back(node.spec->id + ": " + cut_sentence(sentence));
}

ErrorPtr Findings::fail(const PlannedNode& node, const Item& item, std::string message) {
  const ValidatedNode& spec = *node.spec;
  auto error = std::make_shared<const CaseError>(CaseError{spec.id, spec.type_name, spec.plugin, cut_sentence(message)});
  CaseItem* const of = case_of(item);
  const std::lock_guard lock(of ? of->mutex : mutex_);
  (of ? of->errors : errors_).push_back(*error);
  if (!of) return error;
  if (!of->first_error) of->first_error = error;
  if (spec.stop_case_on_error) of->stopped = true;
  return error;
}

void Findings::add_to(RunResult& result, const ValidatedGraph& graph) const {
  const std::lock_guard lock(mutex_);
  result.run_errors = errors_;
  for (const auto& [key, value] : reports_) result.run_reports.push_back({graph.nodes[key.first].id, key.second, value.value()});
  result.warnings = warnings_;
}

void Findings::adopt_error(const Item& item, const ErrorPtr& error) {
  CaseItem* const of = case_of(item);
  if (!of) return;
  const std::lock_guard lock(of->mutex);
  if (of->first_error) return;
  of->first_error = error;
  of->errors.push_back(*error);
}

void Findings::note_left_out(const PlannedNode& node, const Item& item, const std::string& reason) {
  CaseItem* const of = case_of(item);
  if (!of) return;
  const std::lock_guard lock(of->mutex);
  of->left_out.try_emplace(node.index, reason);
}

void Findings::report_tables(const PlannedNode& node, const Item& item, const PayloadList& outputs) {
  CaseItem& of = *case_of(item);
  for (std::size_t port = 0; port < node.outputs.size(); ++port) {
    if (node.outputs[port].payload != Table::kType) continue;
    const auto* table = payload_cast<Table>(outputs[port].get());
    if (!table || table->rows.size() != 1) continue;
    const auto& row = table->rows.front();
    const std::lock_guard lock(of.mutex);
    for (std::size_t i = 0; i < std::min(row.size(), table->columns.size()); ++i)
      if (const auto figure = figure_of(row[i])) of.reports.try_emplace({node.index, table->columns[i]}, ExactSum(*figure));
  }
}

}  // namespace flowrun::schedule
