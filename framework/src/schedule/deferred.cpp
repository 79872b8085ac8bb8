// Firings that go on elsewhere while the engine's threads do other work.
#include "schedule/deferred_firing.h"
#include "schedule/firing_context.h"

namespace flowrun::schedule {
namespace {

/// What the node holds. The engine waits for it (reserve_wait), so the engine and the work live at least as long as it is not
/// resumed.
class Handle final : public Deferred {
 public:
  Handle(Engine& engine, Work& work) : engine_(engine), work_(&work), deferred_(work.deferred) {}
  ~Handle() override {
    if (work_) give_back(nullptr);
  }
  void resume(std::function<void(Context&)> rest) override {
    if (!work_) throw Error("the node resumed a deferred firing twice");
    if (!rest) throw Error("the node resumed a deferred firing with an empty function");
    give_back(std::move(rest));
  }
  bool cancelled() const override { return !work_ || engine_.tells_cancelled(*work_->item); }
  void span(std::string_view step, Clock::time_point begin, Clock::time_point end) override {
    if (work_) engine_.span(*work_->node, *work_->item, step, begin, end);
  }

 private:
  void give_back(std::function<void(Context&)> rest) {
    Work* const work = std::exchange(work_, nullptr);
    const std::shared_ptr<DeferredFiring> deferred = std::move(deferred_);
    deferred->rest = std::move(rest);
    deferred->until = Clock::now();
    if (deferred->is_last()) engine_.take_back(*work);
  }

  Engine& engine_;
  Work* work_;
  std::shared_ptr<DeferredFiring> deferred_;
};

}  // namespace

std::unique_ptr<Deferred> Engine::defer(Work& work) {
  work.deferred = std::make_shared<DeferredFiring>();
  flow_->reserve_wait();
  return std::make_unique<Handle>(*this, work);
}

/// From a thread of the node's own: the engine's threads go on with the firing.
void Engine::take_back(Work& work) {
  work.ready = Clock::now();
  work.submitted.store(true, std::memory_order_release);
  ready_queue_.push(&work);
  any_ready_->try_put(tbb::flow::continue_msg{});
  flow_->release_wait();  // last: the engine may end with it
}

/// The node's process has returned. False when the handle was there first: this thread goes on with the firing.
bool Engine::comes_back_later(Work& work) {
  const std::shared_ptr<DeferredFiring> deferred = work.deferred;
  if (!deferred->is_last()) return true;
  flow_->release_wait();
  return false;
}

void Engine::fire_rest(Work& work) {
  PlannedNode& node = *work.node;
  Item& item = *work.item;
  const std::shared_ptr<DeferredFiring> deferred = std::move(work.deferred);
  tls_handoff->counts[node.index].away_ns += nanoseconds(deferred->until - deferred->since);
  if (!work.error && skips(item)) work.error = skip_reason(item);
  bool complete = true;
  if (!work.error) {
    Meter meter{node, item};
    work.error = guarded(node, item, "resume", [&] {
      if (!deferred->rest) throw Error("the node let go of its deferred firing without resuming it");
      FiringContext context(*this, node, item, meter, params_for(node, item), work.inputs, work.outputs, Ports::plain);
      deferred->rest(context);
      complete = context.complete();
    });
    forget(meter);
    if (work.error && !work.took_input) tell_failed(node, item, "process", work.inputs, work.error);
  }
  deferred->rest = nullptr;
  if (!complete) work.error = skip_reason(item);
  end_firing(work);
}

}  // namespace flowrun::schedule
