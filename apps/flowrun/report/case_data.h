#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/case_row.h"
#include "report/thumbnail_store.h"

namespace flowrun {

/// A number of JSON; 0 for one that is not finite.
std::string json_number(double value);

/// The rows of a run's page as JSON, one at a time: pictures are never all in memory.
class CaseData {
 public:
  /// As of write_run_data.
  CaseData(const std::vector<CaseRow>& rows, std::filesystem::path folder, ThumbnailStore* thumbnails);
  std::string json(const CaseRow& row);

 private:
  std::string thumbnail(const CaseRow& row);

  std::filesystem::path folder_;
  ThumbnailStore* thumbnails_;
  std::vector<std::string> graph_columns_;
  std::vector<FigureColumn> columns_;
  std::size_t room_;  ///< bytes left for thumbnails
};

}  // namespace flowrun
