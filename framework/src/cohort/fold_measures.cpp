#include "flowrun/host/crossval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cohort/table_reader.h"
#include "flowrun/sdk/table_text.h"

namespace flowrun {
namespace {

constexpr const char* kStatistics[] = {"mean", "sd", "median"};

/// The numbers of a column; nothing when a cell is no number.
std::vector<double> numbers_in(const FoldMeasures& measures, std::size_t column) {
  std::vector<double> numbers;
  for (const auto& row : measures.rows) {
    const std::string& cell = row[column];
    if (cell.empty()) continue;
    char* end = nullptr;
    numbers.push_back(std::strtod(cell.c_str(), &end));
    if (*end != '\0') return {};
  }
  return numbers;
}

double statistic(const std::string& name, std::vector<double> numbers) {
  const auto count = static_cast<double>(numbers.size());
  double mean = 0, squares = 0;
  for (const double number : numbers) mean += number / count;
  for (const double number : numbers) squares += (number - mean) * (number - mean);
  if (name == "mean") return mean;
  if (name == "sd") return numbers.size() > 1 ? std::sqrt(squares / (count - 1)) : std::nan("");
  std::sort(numbers.begin(), numbers.end());
  const std::size_t half = numbers.size() / 2;
  return numbers.size() % 2 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
}

std::string statistic_text(const std::string& name, const std::vector<double>& numbers, const char* form) {
  const double value = numbers.empty() ? std::nan("") : statistic(name, numbers);
  return std::isnan(value) ? "" : fmt::format(fmt::runtime(form), value);
}

/// Numbers stay as they are: a minus is no formula.
std::string csv_cell(const std::string& text) {
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  const bool number = !text.empty() && *end == '\0' && text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  return number ? text : table::csv_text(text);
}

std::string rounded(const std::string& cell) {
  char* end = nullptr;
  const double value = std::strtod(cell.c_str(), &end);
  return cell.empty() || *end != '\0' ? cell : fmt::format("{:.4g}", value);
}

}  // namespace

void FoldMeasures::add(const std::filesystem::path& file, Diagnostics& faults) {
  std::vector<TableRow> found = read_table(file, faults);
  if (found.empty()) return;
  std::vector<std::string> header = found.front().cells;
  const auto kind = static_cast<std::size_t>(std::find(header.begin(), header.end(), "row") - header.begin());
  const bool has_kind = kind < header.size();
  if (has_kind) header.erase(header.begin() + static_cast<std::ptrdiff_t>(kind));
  if (columns.empty()) columns = header;
  if (header != columns) faults.error({file.string(), 1, 1}, "this fold has other measures than those before");
  for (std::size_t r = 1; r < found.size() && header == columns; ++r) {
    std::vector<std::string> cells = found[r].cells;
    if (has_kind && cells.at(kind) != "case") continue;
    if (has_kind) cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(kind));
    cells.resize(columns.size());
    rows.push_back(std::move(cells));
  }
}

std::string FoldMeasures::csv() const {
  std::string text = "row";
  for (const std::string& column : columns) text += "," + csv_cell(column);
  for (const auto& row : rows) {
    text += "\ncase";
    for (const std::string& cell : row) text += "," + csv_cell(cell);
  }
  for (const char* name : kStatistics) {
    text += std::string("\n") + name;
    for (std::size_t c = 0; c < columns.size(); ++c) text += "," + statistic_text(name, numbers_in(*this, c), "{}");
  }
  return text + "\n";
}

std::vector<std::vector<std::string>> FoldMeasures::shown(const std::vector<std::string>& show) const {
  std::vector<std::size_t> chosen;
  for (const std::string& name : show) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found != columns.end() && name != "case") chosen.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  for (std::size_t c = 0; chosen.empty() && c < columns.size(); ++c)
    if (columns[c] != "case") chosen.push_back(c);
  const auto of_case = static_cast<std::size_t>(std::find(columns.begin(), columns.end(), "case") - columns.begin());
  std::vector<std::vector<std::string>> table;
  const auto add = [&](const std::string& name, const auto& cell_of) {
    std::vector<std::string> cells{name};
    for (const std::size_t c : chosen) cells.push_back(cell_of(c));
    table.push_back(std::move(cells));
  };
  add("case", [&](std::size_t c) { return columns[c]; });
  for (const auto& row : rows) add(of_case < row.size() ? row[of_case] : "", [&](std::size_t c) { return rounded(row[c]); });
  for (const char* name : kStatistics)
    add(name, [&](std::size_t c) { return statistic_text(name, numbers_in(*this, c), "{:.4g}"); });
  return table;
}

}  // namespace flowrun
