#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/case_recorder.h"
#include "flowrun/host/cohort.h"

namespace flowrun {

/// What a kind of data set asks of the results that are made of its cases. This one asks nothing.
class ResultLayout {
 public:
  virtual ~ResultLayout() = default;
  /// Why results cannot go to a folder, a sentence; empty: they can.
  virtual std::string fault_of(const std::filesystem::path& out) const;
  /// Before the first case: folders, and files that describe them. Throws Error.
  virtual void prepare(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out) const;
  /// The files that prepare writes, whatever the cases are.
  virtual std::vector<std::filesystem::path> own_files(const std::filesystem::path& out) const;
  /// Describes the files of a case that is done, where that is not written yet. Any thread. Throws Error.
  virtual void describe(const ValidatedGraph& graph, const Case& one, const std::filesystem::path& out) const;
  /// The file in which describe describes one that a node writes; empty: none.
  virtual std::string description_of(const ValidatedGraph& graph, const NodeFile& file) const;
};

/// That of the data set which the cases come from. A kind of data set is a class of this, chosen here, beside its CaseSource.
std::shared_ptr<const ResultLayout> result_layout(const CaseRequest& request);

}  // namespace flowrun
