// Tables of one row are figures of their case.
#include <cmath>
#include <optional>

#include "flowrun/sdk/payloads.h"
#include "schedule/engine.h"

namespace flowrun::schedule {
namespace {

/// Nothing for text and for what is not defined (NaN).
std::optional<double> figure_of(const Table::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  const auto* number = std::get_if<double>(&cell);
  return number && std::isfinite(*number) ? std::optional(*number) : std::nullopt;
}

}  // namespace

/// A case's measures often come as a table with one row: its numbers become figures named after their columns, but for names that
/// the node has reported itself.
void Engine::report_tables(const PlannedNode& node, const Item& item, const PayloadList& outputs) {
  CaseItem& of = *case_of(item);
  for (std::size_t port = 0; port < node.outputs.size(); ++port) {
    if (node.outputs[port].payload != Table::kType) continue;
    const auto* table = payload_cast<Table>(outputs[port].get());
    if (!table || table->rows.size() != 1) continue;
    const auto& row = table->rows.front();
    const std::lock_guard lock(of.mutex);
    for (std::size_t i = 0; i < std::min(row.size(), table->columns.size()); ++i)
      if (const auto figure = figure_of(row[i])) of.reports.try_emplace({node.index, table->columns[i]}, *figure);
  }
}

}  // namespace flowrun::schedule
