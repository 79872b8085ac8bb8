// A firing that a node of a runner hands on: the runner waits until it comes back.
#include <exception>
#include <utility>

#include "testing/runner_context.h"

namespace flowrun::testing {

class RunnerContext::Handle final : public Deferred {
 public:
  explicit Handle(RunnerContext& of) : of_(&of) {}
  ~Handle() override {
    if (of_) give_back([](Context&) { throw Error("the node released its deferred firing without resuming it"); });
  }
  void resume(std::function<void(Context&)> rest) override {
    if (!of_) throw Error("the node resumed a deferred firing twice");
    if (!rest) throw Error("the node resumed a deferred firing with an empty function");
    give_back(std::move(rest));
  }
  bool cancelled() const override { return !of_ || of_->cancelled(); }
  void span(std::string_view, std::chrono::steady_clock::time_point, std::chrono::steady_clock::time_point) override {}

 private:
  void give_back(std::function<void(Context&)> rest) {
    RunnerContext& of = *std::exchange(of_, nullptr);
    const std::lock_guard lock(of.mutex_);
    of.rest_ = std::move(rest);
    of.came_back_.notify_all();
  }
  RunnerContext* of_;
};

std::unique_ptr<Deferred> RunnerContext::defer() {
  if (!type.concurrent)
    break_off("the node defers its firing, but its type does not say that several firings may run at a time (`concurrent`)");
  if (in_firing_ != Deferring::allowed) break_off("the node defers where that cannot be: only process can, once in a firing");
  in_firing_ = Deferring::done;
  return std::make_unique<Handle>(*this);
}

/// The firing's other thread may use this context until the handle is back, also when process throws.
void RunnerContext::process(Node& node) {
  in_firing_ = Deferring::allowed;
  std::exception_ptr thrown;
  try {
    node.process(*this);
  } catch (...) {
    thrown = std::current_exception();
  }
  std::function<void(Context&)> rest;
  if (std::exchange(in_firing_, Deferring::refused) == Deferring::done) {
    std::unique_lock lock(mutex_);
    came_back_.wait(lock, [this] { return static_cast<bool>(rest_); });
    rest.swap(rest_);
  }
  if (thrown) std::rethrow_exception(thrown);
  if (rest && !cancelled()) rest(*this);
}

}  // namespace flowrun::testing
