#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/case_recorder.h"
#include "flowrun/host/runtime.h"

namespace flowrun {

/// The bookkeeping of one run in its output folder: a record for each case as it ends, and one of the run.
class RunBooks {
 public:
  /// `cases`: those that are run; they and the recorder must outlive this object.
  RunBooks(CaseRecorder& recorder, const std::vector<Case>& cases, std::filesystem::path out);

  /// Makes a run tell of its cases here.
  void follow(RunOptions& options);
  /// Whoever wants each record of a case too, when it has been written.
  void tell(std::function<void(const CaseRecord&)> listener) { listener_ = std::move(listener); }
  /// Where a case's failed firing was kept (relative to the output folder), for its record.
  void note_replay(std::size_t case_index, const std::string& folder);

  /// Cases whose outputs could not be brought to disk have failed after all.
  void correct(RunResult& result) const;
  void finish_run(const std::vector<Case>& all, const RunResult& result);
  /// Sentences about records that could not be written.
  const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  void end_case(const CaseResult& result, std::size_t index);
  void write(const CaseRecord& record);

  CaseRecorder& recorder_;
  const std::vector<Case>& cases_;
  std::filesystem::path out_;
  std::function<void(const CaseRecord&)> listener_;
  std::mutex mutex_;  ///< guards what follows
  std::map<std::size_t, std::string> replays_;
  std::map<std::size_t, CaseError> lost_;
  std::vector<std::string> troubles_;
};

/// Removes what killed runs left half written where this run writes; returns how many files.
std::size_t remove_leftovers(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out,
                             const std::string& earlier_owner);

}  // namespace flowrun
