#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/fault.h"

namespace flowrun {

/// The measures of all tested cases: a row for each, cells as text, empty where a measure has no meaning.
struct FoldMeasures {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;

  /// Adds the rows of a table as evaluate.summary writes it (a column 'row', of which the rows 'case' count), or of any table.
  void add(const std::filesystem::path& file, Faults& faults);

  /// CSV with rows for mean, sd (of the sample) and median below the cases.
  std::string csv() const;

  /// For a person: the columns in `show` (all when it is empty or none is there), cases, mean, sd and median.
  std::string text(const std::vector<std::string>& show) const;
};

}  // namespace flowrun
