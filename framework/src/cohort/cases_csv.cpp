#include "cohort/cases_csv.h"
#include "flowrun/sdk/table_text.h"

#include <algorithm>
#include <map>


namespace flowrun {
namespace {

std::string text_cell(const std::string& text) { return table::csv_text(one_line(text)); }

std::string number_cell(const std::optional<double>& value) { return value ? exact_text(*value) : ""; }

constexpr std::size_t kBeforeGraph = 5;  ///< of kTableColumns: those before the graph's own

std::string header_line(const TableColumns& columns) {
  std::string line;
  for (std::size_t i = 0; i < kTableColumns.size(); ++i) {
    if (i == kBeforeGraph)
      for (const std::string& column : columns.of_graph) line += ',' + column;
    line += (i == 0 ? "" : ",") + std::string(kTableColumns[i]);
  }
  for (const FigureColumn& column : columns.figures) line += ',' + text_cell(column.name);
  return line + '\n';
}

std::string row_line(const CaseRow& row, const TableColumns& columns) {
  const bool ran = row.status != CaseStatus::not_started;
  std::string line = text_cell(row.name) + ',' + std::string(to_string(row.status));
  for (const std::string& text : {row.error.node, row.error.plugin, row.error.message}) line += ',' + text_cell(text);
  for (const std::string& column : columns.of_graph) line += ',' + number_cell(figure_at(row, column));
  line += ran ? ',' + exact_text(row.seconds) + ',' + std::to_string(row.peak_payload_bytes) : ",,";
  line +=
      ',' + text_cell(row.started) + ',' + (ran ? std::to_string(row.attempt) : "") + ',' + std::to_string(row.warnings.size());
  auto figure = row.figures.begin();
  for (const FigureColumn& column : columns.figures) {
    while (figure != row.figures.end() && figure->column < column) ++figure;
    const bool has = figure != row.figures.end() && figure->column == column;
    line += ',' + (has ? exact_text(figure->value) : "");
  }
  return line + '\n';
}

std::string table_text(const std::vector<CaseRow>& rows, const TableColumns& columns) {
  std::string text = header_line(columns);
  for (const CaseRow& row : rows) text += row_line(row, columns);
  return text;
}

TableColumns columns_of(const std::vector<CaseRow>& rows) { return {graph_columns(rows), figure_columns(rows)}; }

/// Whether the columns have room for all that a row has.
bool fits(const CaseRow& row, const TableColumns& columns) {
  const auto has_figure = [&](const CaseRow::Figure& figure) {
    return std::binary_search(columns.figures.begin(), columns.figures.end(), figure.column);
  };
  const auto has_column = [&](const auto& column) {
    return std::find(columns.of_graph.begin(), columns.of_graph.end(), column.first) != columns.of_graph.end();
  };
  return std::all_of(row.figures.begin(), row.figures.end(), has_figure) &&
         std::all_of(row.columns.begin(), row.columns.end(), has_column);
}

}  // namespace

std::string cases_csv_text(const std::vector<CaseRow>& rows) { return table_text(rows, columns_of(rows)); }

void CasesCsv::start(std::vector<CaseRow> known) {
  rows_ = std::move(known);
  rewrite();
}

void CasesCsv::rewrite() {
  complete_ = false;
  columns_ = columns_of(rows_);
  if (!path_.empty()) file_.restart(table_text(rows_, columns_));
  complete_ = true;
}

void CasesCsv::add(CaseRow row) {
  const auto before = std::find_if(rows_.begin(), rows_.end(), [&](const CaseRow& one) { return one.name == row.name; });
  const bool anew = !fits(row, columns_) || !complete_ || before != rows_.end();
  const std::string line = anew ? "" : row_line(row, columns_);
  if (before != rows_.end()) *before = std::move(row);
  else rows_.push_back(std::move(row));
  if (anew) return rewrite();
  complete_ = false;
  if (!path_.empty()) file_.append(line);
  complete_ = true;
}

void CasesCsv::finish(const std::vector<std::string>& case_order) {
  std::map<std::string, CaseRow> by_name;
  for (CaseRow& row : rows_) by_name.emplace(row.name, std::move(row));
  rows_.clear();
  for (const std::string& name : case_order) {
    const auto found = by_name.find(name);
    rows_.push_back(found == by_name.end() ? CaseRow{.name = name} : std::move(found->second));
    if (found != by_name.end()) by_name.erase(found);
  }
  for (auto& [name, row] : by_name) rows_.push_back(std::move(row));  // of an earlier run with other cases
  rewrite();
}

}  // namespace flowrun
