#include "cohort/case_ratings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "cohort/table_reader.h"

namespace flowrun {
namespace {

constexpr std::array<std::string_view, 3> kRatings{"pass", "fail", "n/a"};

/// The file's name, and the rating behind its last colon.
std::pair<std::string, std::string> parts_of(const std::string& word) {
  const std::size_t colon = word.rfind(':');
  if (colon == std::string::npos) return {word.substr(1), ""};
  const std::string rating = word.substr(colon + 1);
  if (std::find(kRatings.begin(), kRatings.end(), rating) == kRatings.end()) return {word.substr(1), ""};
  return {word.substr(1, colon - 1), rating};
}

std::optional<std::size_t> column_of(const TableRow& head, std::string_view name) {
  const auto found = std::find(head.cells.begin(), head.cells.end(), name);
  if (found == head.cells.end()) return std::nullopt;
  return static_cast<std::size_t>(found - head.cells.begin());
}

}  // namespace

std::vector<std::string> cases_of_ratings(const std::string& word, Diagnostics& faults) {
  const auto [file, rating] = parts_of(word);
  const std::vector<TableRow> rows = read_table(file, faults);
  std::vector<std::string> names;
  if (rows.empty()) return names;
  std::optional<std::size_t> name = column_of(rows[0], "case"), rated = column_of(rows[0], "rating");
  if (!name) name = column_of(rows[0], "participant_id");
  if (!name || (!rating.empty() && !rated)) {
    faults.error({file, 1, 1}, fmt::format("--only '{}' needs a column '{}' in that table", word, name ? "rating" : "case"));
    return names;
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& cells = rows[i].cells;
    const bool wanted = rating.empty() || (*rated < cells.size() && cells[*rated] == rating);
    if (!wanted || *name >= cells.size() || cells[*name].empty()) continue;
    if (cells[*name].find_first_of("*?[\\") == std::string::npos) names.push_back(cells[*name]);
    else faults.error({file, rows[i].line, 1}, fmt::format("--only: '{}' of that table is no name of a case", cells[*name]));
  }
  if (names.empty()) faults.error({file, 1, 1}, fmt::format("--only '{}' names no case", word));
  return names;
}

}  // namespace flowrun
