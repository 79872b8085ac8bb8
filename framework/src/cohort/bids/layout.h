#pragma once

#include "cohort/result_layout.h"

namespace flowrun {

/// Results of a BIDS data set: a derivative, whose images have JSON files beside them.
class BidsLayout : public ResultLayout {
 public:
  explicit BidsLayout(std::filesystem::path source) : source_(std::move(source)) {}

  std::string fault_of(const std::filesystem::path& out) const override;
  void prepare(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out) const override;
  std::vector<std::filesystem::path> own_files(const std::filesystem::path& out) const override;
  void describe(const ValidatedGraph& graph, const Case& one, const std::filesystem::path& out) const override;
  std::string description_of(const ValidatedGraph& graph, const NodeFile& file) const override;

 private:
  const std::filesystem::path source_;  ///< the data set's folder
};

}  // namespace flowrun
