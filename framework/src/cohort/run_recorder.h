#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cohort/earlier_files.h"
#include "flowrun/host/case_recorder.h"
#include "flowrun/host/replay.h"
#include "flowrun/host/runtime.h"

namespace flowrun {

/// The bookkeeping of one run in its output folder: a record for each case as it ends, and one of the run.
class RunRecorder {
 public:
  /// `cases`: those that are run; they and the recorder must outlive this object. `word`: of the graph, see graph_books. `layout`
  /// describes what they write.
  RunRecorder(CaseRecorder& recorder, std::shared_ptr<const ValidatedGraph> graph, const std::vector<Case>& cases,
              std::filesystem::path out, std::string word, std::shared_ptr<const ResultLayout> layout);

  /// Makes a run report its cases here, and firings that fail: their packets are kept (flowrun replay), the first of each
  /// case, up to so many bytes in all; 0: none. `codecs` writes them.
  void follow(RunOptions& options, std::int64_t replay_limit, FindCodec codecs);
  /// Before the first case: what the run before made once for all cases is put aside (earlier_files.h). `record`: its file.
  void put_aside_of_run(const std::filesystem::path& record) { earlier_.put_aside_of_run(record); }
  /// Whoever wants each record of a case too, when it has been written.
  void tell(std::function<void(const CaseRecord&)> listener) { listener_ = std::move(listener); }

  /// Cases whose outputs could not be brought to disk have failed after all.
  void correct(RunResult& result) const;
  /// Called once, with a sentence, when the output folder cannot be written any more (a full disk): every further case would
  /// fail.
  void stop_by(std::function<void(const std::string& sentence)> stop) { stop_ = std::move(stop); }
  /// `file`: where the record of the run goes, which is given back.
  CaseRecord finish_run(const std::filesystem::path& file, const std::vector<Case>& all, const RunResult& result);
  /// Sentences about records that could not be written.
  const std::vector<std::string>& errors() const { return errors_; }
  /// Sentences about packets that are not kept, and earlier files that could not be put aside.
  std::vector<std::string> warnings() const;

 private:
  void end_case(const CaseResult& result, std::size_t index);
  CaseRecord record_of(const CaseResult& result, std::size_t index);
  void note_warnings(const CaseRecord& record, std::size_t of_run, std::size_t index);
  std::string replay_of(std::size_t index);
  void look_at_disk(const std::string& reason);
  void complain(const std::string& whose, const std::string& reason);
  void keep(const FailedFiring& failed);
  void keep_packets(const FailedFiring& failed, std::size_t index, const std::string& folder);

  CaseRecorder& recorder_;
  std::shared_ptr<const ValidatedGraph> graph_;
  const std::vector<Case>& cases_;
  std::filesystem::path out_;
  std::string word_;
  std::shared_ptr<const ResultLayout> layout_;
  EarlierFiles earlier_;
  std::function<void(const std::string&)> stop_;  ///< called and changed in the calls of on_case_end, which come one at a time
  std::function<void(const CaseRecord&)> listener_;
  FindCodec codecs_;
  std::mutex mutex_;  ///< guards what follows
  std::map<std::size_t, std::string> replays_;
  std::map<std::size_t, CaseError> lost_;
  std::map<std::size_t, std::vector<std::string>> noted_;  ///< warnings of the recorder itself
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
  std::int64_t replay_limit_ = 0;
  std::int64_t replay_bytes_ = 0;
  bool limit_told_ = false;
};

/// Removes what killed runs left half written where this run writes; returns how many files.
std::size_t remove_leftovers(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out,
                             const std::string& earlier_owner, const std::string& word);

}  // namespace flowrun
