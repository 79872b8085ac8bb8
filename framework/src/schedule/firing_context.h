#pragma once

#include <vector>

#include "schedule/engine.h"
#include "flowrun/sdk/context.h"

namespace flowrun::schedule {

/// What a node's callback sees of one firing. Outputs are kept and delivered when the callback has returned, so that a firing that
/// throws has emitted nothing.
class FiringContext final : public Context {
 public:
  enum class Emits { everything, plain_ports, stream_ports, nothing };

  FiringContext(Engine& engine, Stage& stage, Item& item, const Params& params, const PayloadList& inputs, PayloadList& outputs, Emits emits)
      : engine_(engine), stage_(stage), item_(item), params_(params), inputs_(inputs), outputs_(outputs), emits_(emits) {
    outputs_.resize(stage_.spec->type.outputs.size());
  }

  const Params& params() const override { return params_; }
  std::string_view node_id() const override { return stage_.spec->id; }
  std::string_view case_name() const override;
  std::int64_t chunk() const override { return item_.scope == Scope::chunk ? item_.index : -1; }
  int threads() const override { return 1; }  // the firings themselves keep the budget's threads busy
  bool cancelled() const override { return engine_.skips(item_); }
  std::span<const PayloadPtr> inputs(std::string_view port) const override;
  void emit_owned(std::string_view port, std::unique_ptr<Payload> payload) override;
  void emit_shared(std::string_view port, PayloadPtr payload) override;
  void report(std::string_view name, double value) override { engine_.report(stage_, item_, name, value); }
  void progress(double) override {}
  void warn(std::string_view sentence) override { engine_.warn(stage_, &item_, sentence); }

  /// Whether the outputs are to be delivered: not when the callback returned early because it was cancelled. Throws Error when a
  /// port that this callback must fill was left empty.
  bool complete() const;
  bool emitted_something() const { return emitted_; }

 private:
  bool emits(const OutputPort& port) const;
  std::size_t open_port(std::string_view port, const Payload* payload);
  [[noreturn]] void refuse(const OutputPort& port, const Payload* payload) const;

  Engine& engine_;
  Stage& stage_;
  Item& item_;
  const Params& params_;
  const PayloadList& inputs_;
  PayloadList& outputs_;  ///< by output port
  Emits emits_;
  bool emitted_ = false;
};

}  // namespace flowrun::schedule
