#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/case_list.h"
#include "cohort/shard.h"
#include "flowrun/host/case_recorder.h"

namespace flowrun {

/// Leaves the cases that --only asks for: names or patterns (* ? [...]), separated by commas, or tables of
/// ratings ("@ratings.tsv:pass", see case_ratings). Of a BIDS data set "sub-01" stands
/// for all sessions of that participant. A pattern that fits no case is a fault.
void keep_only(CaseList& list, const std::vector<std::string>& patterns, Diagnostics& faults);
/// Leaves the others: those that --exclude does not name.
void leave_excluded(CaseList& list, const std::vector<std::string>& patterns, Diagnostics& faults);

/// Leaves the cases whose record says that they failed or were not finished. `word`: of the graph, see graph_books.
void keep_failed(CaseList& list, const std::filesystem::path& out, const std::string& word);

/// What --resume makes of a list of cases.
struct ResumePlan {
  std::vector<std::optional<CaseRecord>> earlier;  ///< by case; set: not to be run (done and unchanged, or crashed)
  struct Reason {
    std::string text;
    std::vector<std::string> cases;
  };
  std::vector<Reason> reasons;  ///< why cases run that have run before, in the order of the cases
  std::size_t fresh = 0;        ///< cases without a record
  bool nothing_to_run() const;
  std::size_t crashed() const;         ///< cases in `earlier` that are not done: they crashed the process
  std::string crashed_names() const;   ///< of those, with commas
};
/// `keep_crashed`: a case that crashed the process stays failed; else it runs again.
ResumePlan plan_resume(const ValidatedGraph& graph, CaseRecorder& recorder, const std::vector<Case>& cases,
                       const std::filesystem::path& out, const Shard& shard, const std::string& word, bool keep_crashed = true);
std::string resume_text(const ResumePlan& plan);  ///< lines, safe to print
/// "19 done before and unchanged, 1 failed by a crash (p07); --retry-failed runs it again".
std::string crash_text(const ResumePlan& plan);

/// A case of an earlier run as a result of this one.
CaseResult earlier_result(const CaseRecord& record, const ValidatedGraph& graph);

}  // namespace flowrun
