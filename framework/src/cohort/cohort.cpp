#include "flowrun/host/cohort.h"

#include <algorithm>

#include "cohort/cohort_run.h"
#include "cohort/output_folder.h"

namespace flowrun {

bool CohortResult::all_done() const {
  const auto done = [](const CaseResult& one) { return one.status == CaseStatus::done; };
  return recorded && !crashed && not_run == 0 && run.run_errors.empty() && !run.run_cut_off &&
         std::all_of(run.cases.begin(), run.cases.end(), done);
}

Cohort::Cohort(CohortRequest request, Registry& registry, Diagnostics& faults)
    : prepared_(std::make_unique<PreparedRun>(prepare_run(std::move(request), registry, faults))), registry_(registry) {}

Cohort::~Cohort() = default;

const std::shared_ptr<const ValidatedGraph>& Cohort::graph() const { return prepared_->graph; }

const std::vector<Case>& Cohort::cases() const { return prepared_->list.cases; }

int Cohort::threads() const { return prepared_->options.threads; }

std::vector<Case> Cohort::to_run(const CohortEvents& events) const {
  refuse_own_links(*prepared_);
  CaseRecorder recorder(prepared_->graph, prepared_->out(), program_of(*prepared_));
  return plan_resumption(*prepared_, recorder, events).to_run;
}

CohortResult Cohort::run(const CohortEvents& events) { return CohortRun(*prepared_, registry_, events).run(); }

}  // namespace flowrun
