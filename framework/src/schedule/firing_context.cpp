#include "schedule/firing_context.h"

namespace flowrun::schedule {

std::string_view FiringContext::case_name() const {
  if (item_.scope == Scope::run) return {};
  return static_cast<const CaseItem*>(ancestor(&item_, Scope::per_case))->spec.name;
}

std::span<const PayloadPtr> FiringContext::inputs(std::string_view port) const {
  const auto& ports = stage_.spec->type.inputs;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].name != port) continue;
    if (ports[i].collects || inputs_.empty()) return {};
    const auto [first, count] = stage_.port_slots[i];
    return {inputs_.data() + first, count};
  }
  throw Error("the node asks for input '" + std::string(port) + "', which its type does not describe");
}

bool FiringContext::emits(const OutputPort& port) const {
  switch (emits_) {
    case Emits::everything: return true;
    case Emits::plain_ports: return !port.stream;
    case Emits::stream_ports: return port.stream;
    case Emits::nothing: return false;
  }
  return false;
}

std::size_t FiringContext::open_port(std::string_view port, const Payload* payload) {
  const auto& ports = stage_.spec->type.outputs;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].name != port) continue;
    if (!payload || payload->type() != ports[i].payload || !emits(ports[i]) || outputs_[i]) refuse(ports[i], payload);
    emitted_ = true;
    return i;
  }
  throw Error("the node emitted at output '" + std::string(port) + "', which its type does not describe");
}

void FiringContext::refuse(const OutputPort& port, const Payload* payload) const {
  const std::string name = "output '" + port.name + "'";
  if (!payload) throw Error("the node emitted no payload (null) at " + name);
  if (payload->type() != port.payload)
    throw Error("the node emitted a " + std::string(payload->type()) + " at " + name + ", which is described as " + port.payload);
  if (!emits(port))
    throw Error("the node emitted at " + name + " out of turn: streams are emitted by Firing::next, other outputs by process or finish");
  throw Error("the node emitted twice at " + name + " in one firing");
}

void FiringContext::emit_owned(std::string_view port, std::unique_ptr<Payload> payload) {
  const std::size_t index = open_port(port, payload.get());
  outputs_[index] = engine_.account().adopt(std::move(payload));
}

void FiringContext::emit_shared(std::string_view port, PayloadPtr payload) {
  const std::size_t index = open_port(port, payload.get());
  outputs_[index] = std::move(payload);
}

bool FiringContext::complete() const {
  const auto& ports = stage_.spec->type.outputs;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (!emits(ports[i]) || outputs_[i]) continue;
    if (cancelled()) return false;
    throw Error("the node emitted nothing at output '" + ports[i].name + "'");
  }
  return true;
}

}  // namespace flowrun::schedule
