#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cohort/appended_file.h"
#include "flowrun/host/case_row.h"

namespace flowrun {

/// The text of a table with a row for each case: comma-separated (RFC 4180, but that lines end in a line feed), one line a case,
/// the columns of docs/running.md. A text that a spreadsheet would take for a formula has an apostrophe before it.
inline constexpr std::string_view kTableBeginning = "case,status,failed_node,failed_plugin,reason,";

std::string cases_csv_text(const std::vector<CaseRow>& rows);

/// The columns of a table beside kTableColumns.
struct TableColumns {
  std::vector<std::string> of_graph;
  std::vector<FigureColumn> figures;
};

/// cases.csv during a run: rows are added as cases end; a case that comes again takes its old row's place.
class CasesCsv {
 public:
  /// An empty path: the rows are kept and nothing is written.
  explicit CasesCsv(std::filesystem::path file) : path_(file), file_(std::move(file)) {}

  /// Writes the whole table with the rows that are known already. Throws Error.
  void start(std::vector<CaseRow> known);

  /// On the disk when it returns: one write, or the whole table again when the row has a column that there was not before, or
  /// takes the place of another. Throws Error when it cannot be written; the row is kept for the next time.
  void add(CaseRow row);

  /// The table in the order of the cases; those of which nothing is known are not started. Throws Error.
  void finish(const std::vector<std::string>& case_order);

  const std::vector<CaseRow>& rows() const { return rows_; }

 private:
  void rewrite();
  std::filesystem::path path_;
  AppendedFile file_;
  std::vector<CaseRow> rows_;
  TableColumns columns_;
  bool complete_ = false;  ///< every row is in the file
};

}  // namespace flowrun
