#include "schedule/firing_context.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace flowrun::schedule {

namespace {

/// The value of a parameter that another node found. Throws Error where it cannot be one.
ParamValue number_for(const ParamSpec& spec, const Payload* payload) {
  const Number* number = payload_cast<Number>(payload);
  const std::string start = "parameter '" + spec.name + "', which another node finds: ";
  if (!number) throw Error(start + "no number came");
  if (!std::isfinite(number->value)) throw Error(start + "expected a number, found " + to_string(ParamValue(number->value)));
  ParamValue value = number->value;
  if (spec.type == ParamType::integer) {
    if (number->value != std::floor(number->value) || std::abs(number->value) > 9007199254740992.0)
      throw Error(start + "expected a whole number, found " + to_string(value));
    value = static_cast<std::int64_t>(number->value);
  }
  if (const std::string fault = check_value(spec, value); !fault.empty()) throw Error(start + fault);
  return value;
}

}  // namespace

void FiringContext::add_numbers() {
  with_numbers_ = params_;
  for (const ParamExpression& param : node_.spec->params)
    if (param.number_port)
      with_numbers_->set(param.name, number_for(param.spec, inputs_[node_.inputs[*param.number_port].first_slot].get()));
}

const InputPlan& FiringContext::input_plan(std::string_view port) const {
  for (const InputPlan& input : node_.inputs)
    if (input.name == port) return input;
  throw Error("the node asks for input '" + std::string(port) + "', which its type does not describe");
}

std::uint64_t FiringContext::bit_of(const InputPlan& port) const {
  const auto index = static_cast<std::size_t>(&port - node_.inputs.data());
  return std::uint64_t{1} << std::min<std::size_t>(index, 63);
}

std::span<const PayloadPtr> FiringContext::inputs(std::string_view port) const {
  const InputPlan& input = input_plan(port);
  if ((taken_ & bit_of(input)) != 0)
    throw Error("the node reads input '" + std::string(port) + "' after it has taken it in this firing; take an input once, after " +
                "all reading of it");
  return {inputs_.data() + input.first_slot, input.slot_count};
}

/// The port counts as taken whether the payload is the firing's own or has to be copied: what a node does wrong shows in every
/// graph.
Payload* FiringContext::exclusive(std::string_view port) {
  const std::span<const PayloadPtr> payloads = inputs(port);
  taken_ |= bit_of(input_plan(port));
  if (!work_ || payloads.size() != 1 || payloads.front().use_count() != 1) return nullptr;
  std::atomic_thread_fence(std::memory_order_acquire);  // what its other readers did came before
  if (!PayloadAccount::hand_over(payloads.front())) return nullptr;
  work_->took_input = true;
  return const_cast<Payload*>(payloads.front().get());  // made without const, by emit_owned
}

/// Where the payload of an output goes, when it may be emitted there now.
PayloadPtr& FiringContext::take_port(std::string_view port, const Payload* payload) {
  PayloadPtr* place = outputs_.data();
  for (const OutputPlan& output : node_.outputs) {
    if (output.name == port) {
      const bool fits = payload && payload->type() == output.payload && output.kind == fills_ && !*place;
      if (!fits || !tls_handoff || tls_handoff->in_task) refuse(output, payload);
      --unfilled_;
      return *place;
    }
    ++place;
  }
  throw Error("the node emitted at output '" + std::string(port) + "', which its type does not describe");
}

void FiringContext::refuse(const OutputPlan& port, const Payload* payload) const {
  const std::string name = "output '" + std::string(port.name) + "'";
  if (!payload) throw Error("the node emitted no payload (null) at " + name);
  if (payload->type() != port.payload)
    throw Error("the node emitted a " + std::string(payload->type()) + " at " + name + ", which is described as " +
                std::string(port.payload));
  if (port.kind != fills_)
    throw Error("the node emitted at " + name +
                " out of turn: streams are emitted by Firing::next, other outputs by process or finish");
  if (!tls_handoff)
    throw Error("the node emitted at " + name + " on a thread of its own; emit on the thread that called the node");
  if (tls_handoff->in_task)
    throw Error("the node emitted at " + name + " within a task of parallel_for; emit when parallel_for has returned");
  throw Error("the node emitted twice at " + name + " in one firing");
}

void FiringContext::emit_owned(std::string_view port, std::unique_ptr<Payload> payload) {
  PayloadPtr& output = take_port(port, payload.get());
  const CaseItem* const of = case_of(item_);
  output = state_.account.adopt(std::move(payload), of ? of->ledger->account : nullptr);
}

void FiringContext::emit_shared(std::string_view port, PayloadPtr payload) {
  PayloadPtr& output = take_port(port, payload.get());
  output = std::move(payload);
}

std::unique_ptr<Deferred> FiringContext::defer() {
  if (!work_)
    throw Error(
        "the node defers where that cannot be: only Node::process can, once in a firing; what runs after resume cannot, nor can a "
        "node that collects or streams");
  if (!tls_handoff || tls_handoff->in_task)
    throw Error(
        "the node defers its firing in a task of parallel_for or on a thread of its own; defer on the thread that called "
        "process");
  if (!node_.spec->type.concurrent)
    throw Error("the node defers its firing, but its type does not say that several firings may run at a time (`concurrent`)");
  // The rest of the firing has another context, which finds nothing where something was taken.
  for (const InputPlan& input : node_.inputs)
    if ((taken_ & bit_of(input)) != 0)
      for (std::size_t i = 0; i < input.slot_count; ++i) work_->inputs[input.first_slot + i].reset();
  return calls_.deferral.defer(*std::exchange(work_, nullptr));
}

bool FiringContext::excuse_unfilled() const {
  if (cancelled()) return false;
  for (std::size_t i = 0; i < node_.outputs.size(); ++i)
    if (node_.outputs[i].kind == fills_ && !outputs_[i])
      throw Error("the node emitted nothing at output '" + std::string(node_.outputs[i].name) + "'");
  return true;
}

}  // namespace flowrun::schedule
