#pragma once

#include <optional>
#include <vector>

#include "cohort/case_choice.h"
#include "cohort/cohort_files.h"
#include "cohort/prepared_run.h"
#include "cohort/run_recorder.h"
#include "flowrun/host/run_lock.h"

namespace flowrun {

/// Which of the cases run.
struct Resumption {
  std::vector<Case> to_run;
  std::optional<ResumePlan> plan;  ///< with --resume
};
Resumption plan_resumption(const PreparedRun& prepared, CaseRecorder& recorder, const CohortEvents& events);
RecordedProgram program_of(const PreparedRun& prepared);

/// One run of a cohort, from the lock of its output folder to the last record.
class CohortRun {
 public:
  CohortRun(PreparedRun& prepared, Registry& registry, const CohortEvents& events);
  CohortResult run();

 private:
  RunLock::Busy busy() const;  ///< empty: another run that has the folder is not waited for
  void take_folder();
  void clean_folder();
  void complete_descriptions();
  void begin_tables();
  CohortResult end_without_cases();
  std::string why_nothing() const;
  std::vector<std::string> row_order() const;
  std::size_t report_not_run() const;
  void keep_results_of_nodes();
  void find_results_of_nodes();
  RunResult execute();
  void follow_run();
  RunResult with_earlier(RunResult result) const;
  CohortResult finish(RunResult result);
  bool write_records(const RunResult& result);

  PreparedRun& prepared_;
  Registry& registry_;
  const CohortEvents& events_;
  const std::filesystem::path out_;
  std::optional<RunLock> lock_;
  std::optional<CaseRecorder> recorder_;
  Resumption resumption_;
  std::optional<CohortFiles> files_;
  std::optional<RunRecorder> run_recorder_;
  Trace trace_;
};

}  // namespace flowrun
