#include "cohort/cross_leaks.h"

#include <fmt/format.h>

#include <map>

#include "cohort/file_identities.h"

namespace flowrun {
namespace {

struct Shared {
  std::string one, other, columns;
  bool all = true;  ///< each file of both
};

class LeakCheck {
 public:
  LeakCheck(const CrossTable& table, const std::vector<Fold>& folds, const std::set<std::string>& files)
      : rows_(table.rows), identities_(paths_in(table.rows, files)) {
    std::vector<std::string> all;
    for (const std::string& column : table.columns)
      if (files.contains(column) && column != "case") all.push_back(column);
    for (const std::string& column : all)
      if (!is_one_for_all(column)) columns_.push_back(column);
    if (columns_.empty()) columns_ = all;  // no file is of one case alone
    for (std::size_t f = 0; f < folds.size(); ++f)
      for (const Columns& row : folds[f].test) fold_of_[row.at("case")] = f;
  }

  std::vector<Shared> shared() const {
    std::map<std::pair<std::string, std::string>, std::size_t> first;  // row by column and file
    std::map<std::pair<std::size_t, std::size_t>, Shared> found;
    for (std::size_t row = 0; row < rows_.size(); ++row)
      for (const std::string& column : columns_) {
        const std::string& path = rows_[row].at(column);
        if (path.empty()) continue;
        const auto [known, is_new] = first.try_emplace({column, identities_.of(path)}, row);
        if (is_new || fold_of_.at(name(known->second)) == fold_of_.at(name(row))) continue;
        Shared& pair = found[{known->second, row}];
        pair.columns += (pair.columns.empty() ? "'" : ", '") + column + "'";
      }
    std::vector<Shared> list;
    for (auto& [rows, pair] : found) {
      pair.one = name(rows.first), pair.other = name(rows.second);
      for (const std::string& column : columns_) pair.all = pair.all && same(rows.first, rows.second, column);
      list.push_back(pair);
    }
    return list;
  }

 private:
  static std::set<std::string> paths_in(const std::vector<Columns>& rows, const std::set<std::string>& files) {
    std::set<std::string> paths;
    for (const Columns& row : rows)
      for (const auto& [column, cell] : row)
        if (files.contains(column) && !cell.empty()) paths.insert(cell);
    return paths;
  }

  const std::string& name(std::size_t row) const { return rows_[row].at("case"); }
  bool same(std::size_t one, std::size_t other, const std::string& column) const {
    const std::string &a = rows_[one].at(column), &b = rows_[other].at(column);
    return a.empty() || b.empty() ? a.empty() && b.empty() : identities_.of(a) == identities_.of(b);
  }
  bool is_one_for_all(const std::string& column) const {
    for (std::size_t row = 1; row < rows_.size(); ++row)
      if (rows_[row].at(column) != rows_[0].at(column)) return false;
    return true;
  }

  const std::vector<Columns>& rows_;
  FileIdentities identities_;
  std::vector<std::string> columns_;
  std::map<std::string, std::size_t> fold_of_;
};

}  // namespace

void check_leaks(const CrossTable& table, const std::vector<Fold>& folds, const std::set<std::string>& files,
                 Diagnostics& faults) {
  constexpr std::size_t kMost = 5;
  std::size_t count = 0;
  for (const Shared& pair : LeakCheck(table, folds, files).shared()) {
    if (!pair.all && ++count > kMost) continue;
    const std::string cases = fmt::format("cases '{}' and '{}'", pair.one, pair.other);
    if (pair.all)
      faults.error(table.header,
                   fmt::format("{} have the same files, so one would be tested by networks that were trained on it; "
                               "remove one of them",
                               cases));
    else
      faults.warning(table.header,
                     fmt::format("{} have the same file in column {}; where they are of one person, give the table a column "
                                 "that says so, and name it by --together, which keeps them in one fold",
                                 cases, pair.columns));
  }
  if (count > kMost) faults.warning(table.header, fmt::format("{} more pairs of cases have a file in common", count - kMost));
}

}  // namespace flowrun
