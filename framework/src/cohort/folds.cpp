#include "cohort/folds.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cohort/table_reader.h"
#include "flowrun/host/text.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/table_text.h"

namespace flowrun {
namespace {

/// Of ASCII letters, as names of cases have them.
std::string in_lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

namespace fs = std::filesystem;

/// A step's table lies elsewhere than the person's, so paths that start at the latter become absolute.
std::string absolute_if_file(const std::string& cell, const fs::path& folder) {
  std::error_code unused;
  if (cell.empty() || !fs::exists(folder / cell, unused)) return cell;
  return fs::absolute(folder / cell, unused).lexically_normal().string();
}

const std::vector<Columns>& cases_of(const CrossStep& step, const Fold& fold) { return step.trains ? fold.train : fold.test; }

Columns values_for(const CrossStep& step, const Fold& fold, const fs::path& folder) {
  return {{"fold", folder.string()}, {"cases", std::to_string(cases_of(step, fold).size())}};
}

/// What is tested as one: the values of a column, in the order of the rows. They become names of folders.
std::vector<std::string> units_of(const CrossTable& table, const std::string& column, Diagnostics& faults) {
  std::vector<std::string> units;
  if (!table.rows.front().contains(column)) {
    faults.error(table.header,
                 fmt::format("--together: the table has no column '{}'{}", column, did_you_mean(column, table.columns)));
    return units;
  }
  for (const Columns& row : table.rows) {
    const std::string& value = row.at(column);
    if (std::find(units.begin(), units.end(), value) != units.end()) continue;
    units.push_back(value);
    const std::string fault = column == "case" ? "" : value.empty() ? "it is empty" : case_name_fault(value);
    if (!fault.empty())
      faults.error(table.header,
                   fmt::format("case '{}', column '{}', which --together names: {}", row.at("case"), column, fault));
  }
  return units;
}

}  // namespace

CrossTable read_columns(const fs::path& table, Diagnostics& faults) {
  const std::vector<TableRow> rows = read_table(table, faults);
  if (rows.empty()) return {};
  CrossTable found{{table.string(), rows.front().line, 1}, rows.front().cells, {}};
  const std::vector<std::string>& header = found.columns;
  for (std::size_t c = 0; c < header.size(); ++c)
    if (std::find(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(c), header[c]) !=
        header.begin() + static_cast<std::ptrdiff_t>(c))
      faults.error({table.string(), rows.front().line, 1}, fmt::format("column '{}' occurs twice in the header", header[c]));
  if (std::find(header.begin(), header.end(), "case") == header.end())
    faults.error({table.string(), rows.front().line, 1}, "the table has no column 'case', which names each case");
  std::set<std::string> names;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    const SourceLocation place{table.string(), rows[r].line, 1};
    if (rows[r].cells.size() != header.size()) {
      faults.error(place, fmt::format("this row has {} cells, the header has {}", rows[r].cells.size(), header.size()));
      continue;
    }
    Columns columns;
    for (std::size_t c = 0; c < header.size(); ++c) columns[header[c]] = absolute_if_file(rows[r].cells[c], table.parent_path());
    columns["case"] =
        rows[r].cells[static_cast<std::size_t>(std::find(header.begin(), header.end(), "case") - header.begin()) % header.size()];
    if (const std::string fault = case_name_fault(columns["case"]); !fault.empty()) faults.error(place, fault);
    if (!names.insert(in_lower_case(columns["case"])).second)
      faults.error(
          place, fmt::format("case '{}' is in the table twice (names that differ only in upper and lower case are the same: some "
                             "file systems do not distinguish them)",
                             columns["case"]));
    found.rows.push_back(std::move(columns));
  }
  return found;
}

std::vector<Fold> make_folds(const CrossTable& table, int count, const std::string& together, Diagnostics& faults) {
  const std::vector<Columns>& rows = table.rows;
  const std::string by = together.empty() ? "case" : together;
  const std::vector<std::string> units = units_of(table, by, faults);
  if (faults.has_errors()) return {};
  const std::size_t folds = count == 0 ? units.size() : static_cast<std::size_t>(count);
  if (units.size() < 2 || folds > units.size()) {
    const std::string what = together.empty() ? count_text(units.size(), "case")
                                              : fmt::format("{} in column '{}'", count_text(units.size(), "value"), together);
    faults.error({}, fmt::format("the table has {}; {} folds need at least {}", what, std::max<std::size_t>(folds, 2),
                                 std::max<std::size_t>(folds, 2)));
    return {};
  }
  std::vector<Fold> made(folds);
  for (const Columns& row : rows) {
    const auto unit = static_cast<std::size_t>(std::find(units.begin(), units.end(), row.at(by)) - units.begin());
    for (std::size_t f = 0; f < folds; ++f) (unit % folds == f ? made[f].test : made[f].train).push_back(row);
  }
  for (std::size_t f = 0; f < folds; ++f) made[f].name = folds == units.size() ? units[f] : fmt::format("fold_{}", f + 1);
  for (const Fold& fold : made)
    if (fold.name == kMeasuresFile)
      faults.error({}, fmt::format("case '{}' is tested alone, and its folder would have the name of the table of measures; "
                                   "give the case another name",
                                   fold.name));
  return made;
}

std::string substituted(const std::string& text, const Columns& values, const SourceLocation& place, Diagnostics& faults) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find("${", at), end = text.find('}', begin);
    result += text.substr(at, begin - at);
    if (begin == std::string::npos || end == std::string::npos) break;
    const std::string name = text.substr(begin + 2, end - begin - 2);
    const auto value = values.find(name);
    if (value != values.end()) {
      result += value->second;
    } else {
      std::vector<std::string> known;
      for (const auto& [key, ignored] : values) known.push_back(key);
      faults.error(place, fmt::format("'{}' names '{}', which is neither known here nor a column of the table{}", text, name,
                                      did_you_mean(name, known)));
    }
    at = end + 1;
  }
  return result;
}

std::string step_table(const CrossStep& step, const Fold& fold, const fs::path& folder, const std::vector<std::string>& wanted,
                       Diagnostics& faults) {
  const std::vector<Columns>& cases = cases_of(step, fold);
  std::vector<std::string> columns{"case"};
  for (const std::string& name : wanted) {
    const bool given =
        std::any_of(step.inputs.begin(), step.inputs.end(), [&](const auto& input) { return input.first == name; });
    if (given || (!cases.empty() && cases.front().contains(name))) columns.push_back(name);
  }
  std::string text;
  for (const std::string& name : columns) text += (text.empty() ? "" : ",") + table::csv_text(name);
  text += "\n";
  for (const Columns& one : cases) {
    Columns values = one;
    values.merge(values_for(step, fold, folder));
    std::string row;
    for (const std::string& name : columns) {
      const auto given =
          std::find_if(step.inputs.begin(), step.inputs.end(), [&](const auto& input) { return input.first == name; });
      const std::string cell = given == step.inputs.end() ? one.at(name) : substituted(given->second, values, step.place, faults);
      row += (row.empty() ? "" : ",") + table::csv_text(cell);
    }
    text += row + "\n";
  }
  return text;
}

std::vector<std::string> step_settings(const CrossStep& step, const Fold& fold, const fs::path& folder, Diagnostics& faults) {
  std::vector<std::string> settings;
  for (const auto& [name, value] : step.settings)
    settings.push_back(name + "=" + substituted(value, values_for(step, fold, folder), step.place, faults));
  return settings;
}

}  // namespace flowrun
