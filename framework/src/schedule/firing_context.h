#pragma once

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/terminal_lines.h"
#include "schedule/node_calls.h"

namespace flowrun::schedule {

/// What a node's callback sees of one firing. Outputs are kept and delivered when the callback has returned, so that a firing
/// that throws has emitted nothing.
class FiringContext final : public Context, TerminalLines {
 public:
  /// `fills`: the outputs that this callback emits. `work`: of a firing that may be deferred.
  FiringContext(NodeCalls& calls, const PlannedNode& node, const Item& item, Meter& meter, const PayloadList& inputs,
                PayloadList& outputs, Ports fills, Work* work = nullptr)
      : calls_(calls),
        state_(calls.state()),
        node_(node),
        item_(item),
        meter_(meter),
        params_(state_.params_for(node, item)),
        inputs_(inputs),
        outputs_(outputs),
        fills_(fills),
        work_(work),
        unfilled_(node.output_count[static_cast<std::size_t>(fills)]) {
    outputs_.resize(node.outputs.size());
    if (node.has_numbers) add_numbers();
  }

  const Params& params() const override { return with_numbers_ ? *with_numbers_ : params_; }
  std::string_view node_id() const override { return node_.spec->id; }
  std::string_view case_name() const override { return case_name_of(item_); }
  std::int64_t chunk() const override { return item_.scope == Scope::chunk ? item_.index : -1; }
  int threads() const override { return 1; }  // the firings themselves keep the budget's threads busy
  bool cancelled() const override { return state_.ending.tells_cancelled(item_); }
  std::span<const PayloadPtr> inputs(std::string_view port) const override;
  Payload* exclusive(std::string_view port) override;
  void emit_owned(std::string_view port, std::unique_ptr<Payload> payload) override;
  void emit_shared(std::string_view port, PayloadPtr payload) override;
  void report(std::string_view name, double value) override { state_.findings.report(node_, item_, name, value); }
  void progress(double fraction) override { state_.meters.advance(meter_, fraction); }
  void warn(std::string_view sentence) override { state_.findings.warn(node_, item_, sentence); }
  void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& task, int at_once) override {
    calls_.tasks.parallel_for(node_, item_, count, task, at_once);
  }
  void span(std::string_view step, Clock::time_point begin, Clock::time_point end) override {
    trace_span(state_, node_, item_, step, begin, end);
  }
  std::unique_ptr<Deferred> defer() override;
  void* extension(std::string_view id) override {
    return id == kExtension && state_.on_line ? static_cast<TerminalLines*>(this) : nullptr;
  }

  /// Whether the outputs are to be delivered: not when the callback returned early because it was cancelled. Throws Error when a
  /// port that this callback must fill was left empty.
  bool complete() const { return unfilled_ == 0 || excuse_unfilled(); }
  bool emitted_something() const { return unfilled_ < node_.output_count[static_cast<std::size_t>(fills_)]; }

 private:
  void print(std::string_view line) override { state_.on_line(node_.spec->id, case_name_of(item_), line); }
  void add_numbers();
  const InputPlan& input_plan(std::string_view port) const;
  std::uint64_t bit_of(const InputPlan& port) const;
  PayloadPtr& take_port(std::string_view port, const Payload* payload);
  [[noreturn]] void refuse(const OutputPlan& port, const Payload* payload) const;
  bool excuse_unfilled() const;

  NodeCalls& calls_;
  RunState& state_;
  const PlannedNode& node_;
  const Item& item_;
  Meter& meter_;
  const Params& params_;
  std::optional<Params> with_numbers_;  ///< the same and those that other nodes found
  const PayloadList& inputs_;
  PayloadList& outputs_;  ///< by output port
  Ports fills_;
  Work* work_;               ///< null once it was deferred, and in what is no call of Node::process
  std::uint64_t taken_ = 0;  ///< the input ports that take gave away, a bit for each
  int unfilled_;  ///< ports that must still be filled
};

}  // namespace flowrun::schedule
