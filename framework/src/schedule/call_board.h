#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "flowrun/host/running_calls.h"
#include "flowrun/host/validated_graph.h"
#include "schedule/now.h"

namespace flowrun::schedule {

/// Which calls of nodes a run is in, for handlers of signals: they look at the board that was made last.
class CallBoard {
 public:
  CallBoard(std::shared_ptr<const ValidatedGraph> graph, std::size_t threads);
  ~CallBoard();
  CallBoard(const CallBoard&) = delete;
  CallBoard& operator=(const CallBoard&) = delete;

  Now& of_thread(int thread) { return now_[static_cast<std::size_t>(thread)]; }
  const std::vector<Now>& threads() const { return now_; }
  void set_opening(const ValidatedNode* node);  ///< null: it is open
  void set_cases(const std::vector<Case>& cases) { cases_.store(&cases, std::memory_order_release); }

  // No lock, no memory, nothing that may throw.
  bool own_call(RunningCall& call) const noexcept;
  std::size_t running_calls(std::span<RunningCall> calls) const noexcept;

 private:
  bool look_up(std::uint64_t seen, RunningCall& call) const noexcept;

  std::shared_ptr<const ValidatedGraph> graph_;
  std::vector<Now> now_;  ///< by thread
  std::atomic<const ValidatedNode*> opening_{nullptr};
  std::atomic<const std::vector<Case>*> cases_{nullptr};
};

}  // namespace flowrun::schedule
