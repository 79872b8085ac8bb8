#include "schedule/deferral.h"

#include "schedule/deferred_firing.h"
#include "schedule/tracing.h"

namespace flowrun::schedule {
namespace {

/// What the node keeps. The engine waits for it (reserve_wait), so the engine and the work live at least as long as it is not
/// resumed.
class Handle final : public Deferred {
 public:
  Handle(RunState& state, WorkQueue& queue, Work& work) : state_(state), queue_(queue), work_(&work), deferred_(work.deferred) {}
  ~Handle() override {
    if (work_) give_back(nullptr);
  }
  void resume(std::function<void(Context&)> rest) override {
    if (!work_) throw Error("the node resumed a deferred firing twice");
    if (!rest) throw Error("the node resumed a deferred firing with an empty function");
    give_back(std::move(rest));
  }
  bool cancelled() const override { return !work_ || state_.ending.tells_cancelled(*work_->item); }
  void span(std::string_view step, Clock::time_point begin, Clock::time_point end) override {
    if (work_) trace_span(state_, *work_->node, *work_->item, step, begin, end);
  }

 private:
  void give_back(std::function<void(Context&)> rest) {
    Work* const work = std::exchange(work_, nullptr);
    const std::shared_ptr<DeferredFiring> deferred = std::move(deferred_);
    deferred->rest = std::move(rest);
    deferred->until = Clock::now();
    if (deferred->is_last()) queue_.take_back(*work);
  }

  RunState& state_;
  WorkQueue& queue_;
  Work* work_;
  std::shared_ptr<DeferredFiring> deferred_;
};

}  // namespace

std::unique_ptr<Deferred> Deferral::defer(Work& work) {
  work.deferred = std::make_shared<DeferredFiring>();
  queue_.begin_deferral();
  return std::make_unique<Handle>(state_, queue_, work);
}

bool Deferral::comes_back_later(Work& work) {
  const std::shared_ptr<DeferredFiring> deferred = work.deferred;
  if (!deferred->is_last()) return true;
  queue_.end_deferral();
  return false;
}

}  // namespace flowrun::schedule
