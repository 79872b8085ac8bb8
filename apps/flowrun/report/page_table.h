#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "flowrun/host/case_row.h"

namespace flowrun {

enum class Pictures { linked, embedded };

/// The table of cases in a run's page: failed ones first, then in the order given.
class PageTable {
 public:
  /// `folder`: of the page, where the outputs lie.
  PageTable(const std::vector<CaseRow>& rows, std::filesystem::path folder, Pictures pictures);

  /// Row by row, so that the pictures are never all in memory.
  void write(std::ostream& page);

 private:
  std::string header() const;
  std::string row_html(std::size_t index);
  std::string picture_html(const CaseRow& row);

  const std::vector<CaseRow>& rows_;
  std::filesystem::path folder_;
  std::vector<std::string> graph_columns_;
  std::vector<FigureColumn> columns_;
  bool any_pictures_;
  std::size_t picture_room_;  ///< bytes left for thumbnails
};

}  // namespace flowrun
