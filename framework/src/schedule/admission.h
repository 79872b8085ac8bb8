#pragma once

#include <mutex>
#include <vector>

#include "schedule/routing.h"
#include "schedule/run_state.h"

namespace flowrun::schedule {

/// Which cases are in flight, and how those that have ended went.
class Admission {
 public:
  Admission(RunState& state, Router& router, WorkQueue& queue);

  /// Runs all cases and returns when the last has ended.
  void run(const std::vector<Case>& cases);
  /// Starts cases as long as there are some, and room for them.
  void admit_all();
  void case_ended(CaseItem& item);

  void add_to(Progress& progress) const;
  void add_to(RunResult& result) const;

 private:
  struct Ended {
    std::int64_t count = 0;
    double seconds = 0;
  };
  bool admit();
  bool may_admit() const;
  bool close_admission();
  ErrorPtr partial_error(const PlannedNode& node, std::size_t admitted);
  CaseResult result_of(CaseItem& item) const;
  void add_running(Progress& progress) const;

  RunState& state_;
  Router& router_;
  WorkQueue& queue_;
  const int most_in_flight_;
  std::mutex case_end_mutex_;  ///< one call of on_case_end at a time
  mutable std::mutex mutex_;   ///< guards what follows
  const std::vector<Case>* cases_ = nullptr;
  std::size_t next_case_ = 0;
  std::vector<CaseItem*> live_;
  std::vector<CaseResult> results_;
  std::vector<NodeCounts> ended_counts_;  ///< of the cases that have ended, by node
  Ended done_, failed_;
};

}  // namespace flowrun::schedule
