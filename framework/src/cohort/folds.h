// Folds of a table of cases, and what each step of a plan is run with.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/crossval.h"

namespace flowrun {

/// The person's table of cases.
struct CrossTable {
  SourceLocation header;             ///< its place
  std::vector<std::string> columns;  ///< in the header's order
  std::vector<Columns> rows;
};

/// Reads the table; a cell that names a file beside the table becomes an absolute path. What is wrong goes to `faults`.
CrossTable read_columns(const std::filesystem::path& table, Diagnostics& faults);

/// `count` folds, of which each case is tested in one; 0: as many as there are cases. Case i is tested in fold i mod count. With
/// `together`, a column of the table, the cases with one value there count as one, in the order of their first.
std::vector<Fold> make_folds(const CrossTable& table, int count, const std::string& together, Diagnostics& faults);

/// The text with ${name} replaced. An unknown name is a fault at `place`.
std::string substituted(const std::string& text, const Columns& values, const SourceLocation& place, Diagnostics& faults);

/// The table of cases for one step of a fold, with the columns in `wanted` (inputs of the graph) that are known.
std::string step_table(const CrossStep& step, const Fold& fold, const std::filesystem::path& folder,
                       const std::vector<std::string>& wanted, Diagnostics& faults);

/// The step's settings as "name=value".
std::vector<std::string> step_settings(const CrossStep& step, const Fold& fold, const std::filesystem::path& folder,
                                       Diagnostics& faults);

}  // namespace flowrun
