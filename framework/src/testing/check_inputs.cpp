// Inputs with which a node emits: made up, or made by other nodes.
#include <algorithm>

#include "testing/check_payloads.h"
#include "testing/check_subject.h"

namespace flowrun::testing {
namespace {

constexpr int kItems = 3;    ///< of a collecting port
constexpr int kSeveral = 2;  ///< of a variadic one
constexpr int kDeepest = 2;  ///< nodes that make inputs for nodes that make inputs

int count_at(const InputPort& port) { return port.collects ? kItems : port.variadic ? kSeveral : 1; }

std::vector<PayloadPtr> repeated(const std::vector<PayloadPtr>& items, int count) {
  std::vector<PayloadPtr> many;
  for (int i = 0; i < count && !items.empty(); ++i) many.push_back(items[static_cast<std::size_t>(i) % items.size()]);
  return many;
}

}  // namespace

std::vector<PayloadPtr> Subject::made_by_others(const std::string& payload) {
  if (depth_ >= kDeepest) return {};
  for (const RegisteredType* other : registry_.types()) {
    const auto& outputs = other->type.outputs;
    const auto port = std::find_if(outputs.begin(), outputs.end(), [&](const OutputPort& one) { return one.payload == payload; });
    if (port == outputs.end() || other->type.name == type_.name) continue;
    Subject maker(registry_, other->type.name, options_, scratch_ / "maker");
    maker.depth_ = depth_ + 1;
    const Outcome& made = maker.baseline();
    const auto found = made.outputs.find(port->name);
    if (made.kind == Outcome::Kind::emitted && found != made.outputs.end()) return found->second;
  }
  return {};
}

/// Empty, with the obstacle, when a payload cannot be had.
InputSet Subject::ordinary_inputs() {
  InputSet inputs;
  for (const InputPort& port : type_.inputs) {
    std::vector<PayloadPtr>& items = inputs[port.name];
    for (int i = 0; i < count_at(port); ++i)
      if (PayloadPtr payload = ordinary_payload(port.payload, i)) items.push_back(std::move(payload));
    if (items.empty()) items = repeated(made_by_others(port.payload), count_at(port));
    if (!items.empty()) continue;
    if (!port.required) inputs.erase(port.name);
    else obstacle_ = "input '" + port.name + "' takes " + port.payload + ", which no node makes that can be fired here";
  }
  return inputs;
}

/// Tries them on a new node; true when it emitted or broke its contract, so that nothing else need be tried.
bool Subject::try_inputs(const InputSet& tried) {
  Outcome outcome = fire_new_node(tried);
  const bool done = outcome.kind != Outcome::Kind::refused;
  if (done || baseline_.text.empty()) inputs_ = tried, baseline_ = std::move(outcome);
  return done;
}

void Subject::look_for_inputs() {
  looked_ = true;
  if (!obstacle_.empty()) return;
  const InputSet ordinary = ordinary_inputs();
  if (!obstacle_.empty() || try_inputs(ordinary)) return;
  for (std::size_t ending = 1; writes_files() && ending <= kEndings; ++ending) {
    ending_ = ending;
    if (try_inputs(ordinary)) return;
  }
  ending_ = 0;
  for (const InputPort& port : type_.inputs) {  // tables and lists that only make sense from their makers
    InputSet others = ordinary;
    others[port.name] = repeated(made_by_others(port.payload), count_at(port));
    if (!others[port.name].empty() && try_inputs(others)) return;
  }
}

const InputSet& Subject::inputs() {
  if (!looked_) look_for_inputs();
  return inputs_;
}

const Outcome& Subject::baseline() {
  if (!looked_) look_for_inputs();
  return baseline_;
}

const std::string& Subject::obstacle() {
  if (!looked_) look_for_inputs();
  return obstacle_;
}

}  // namespace flowrun::testing
