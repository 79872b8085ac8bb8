#pragma once

#include <atomic>
#include <memory>

#include "schedule/call_board.h"
#include "schedule/case_item.h"
#include "schedule/ending.h"
#include "schedule/findings.h"
#include "schedule/handoff.h"
#include "schedule/meter.h"
#include "schedule/plan.h"
#include "schedule/statistics.h"

namespace flowrun::schedule {

/// What all parts of the engine know of their run.
struct RunState {
  RunState(std::shared_ptr<const ValidatedGraph> of, RunOptions with);

  /// Index of the calling thread of the engine.
  int this_thread() const;
  /// Of the nodes, for work on a case, or of run scope.
  NodeCounts* counts_of(const CaseItem* of, int thread) { return (of ? of->ledger->counts : statistics).of_thread(thread); }
  /// The parameters of a node for an item.
  const Params& params_for(const PlannedNode& node, const Item& item) const {
    return node.params_vary ? varying_params(node, item) : node.params;
  }

  const std::shared_ptr<const ValidatedGraph> graph;
  const RunOptions options;
  Run::OnLine on_line;  ///< prints lines of nodes; set before the run, or empty
  const int threads;
  PayloadAccount account;
  CaseLedgers ledgers;    ///< guarded by the Admission
  Statistics statistics;  ///< of run scope
  Plan plan;
  Findings findings;
  Meters meters;
  Ending ending;
  std::atomic<Clock::time_point> begin = Clock::now();
  std::atomic<std::int32_t> cases_in_flight{0};  ///< for the trace
  RunItem run_item;
  CallBoard board;  ///< last: gone before anything that it looks at

 private:
  const Params& varying_params(const PlannedNode& node, const Item& item) const;
};

/// The cores that this process may use: its affinity, and a container's quota.
int usable_cores();

}  // namespace flowrun::schedule
