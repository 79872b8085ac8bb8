// Inputs with which a node emits: artificial, or made by other nodes.
#include <algorithm>
#include <chrono>

#include "testing/check_payloads.h"
#include "testing/check_subject.h"

namespace flowrun::testing {
namespace {

constexpr int kItems = 3;    ///< of a collecting port
constexpr int kSeveral = 4;  ///< of a variadic one, as there are T1, T2, PD and FLAIR images
constexpr int kDeepest = 2;  ///< nodes that make inputs for nodes that make inputs

int count_at(const InputPort& port) { return port.collects ? kItems : port.variadic ? kSeveral : 1; }

std::vector<PayloadPtr> repeated(const std::vector<PayloadPtr>& items, int count) {
  std::vector<PayloadPtr> many;
  for (int i = 0; i < count && !items.empty(); ++i) many.push_back(items[static_cast<std::size_t>(i) % items.size()]);
  return many;
}

}  // namespace

/// One from each node type of the plugin that makes such a payload.
std::vector<PayloadPtr> Subject::made_by_others(const std::string& payload) {
  std::vector<PayloadPtr> all;
  if (depth_ >= kDeepest) return all;
  for (const RegisteredType* other : registry_.types()) {
    const auto& outputs = other->type.outputs;
    const auto port = std::find_if(outputs.begin(), outputs.end(), [&](const OutputPort& one) { return one.payload == payload; });
    if (port == outputs.end() || other->type.name == type_.name) continue;
    Subject maker(registry_, other->type.name, options_, scratch_ / "maker");
    maker.depth_ = depth_ + 1;
    const Outcome& made = maker.baseline();
    const auto found = made.outputs.find(port->name);
    if (made.kind == Outcome::Kind::emitted && found != made.outputs.end() && !found->second.empty())
      all.push_back(found->second.front());
  }
  return all;
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
  const auto begin = std::chrono::steady_clock::now();
  Outcome outcome = fire_new_node(tried);
  const bool done = outcome.kind != Outcome::Kind::refused;
  if (done || baseline_.text.empty())
    inputs_ = tried, baseline_ = std::move(outcome), time_ = std::chrono::steady_clock::now() - begin;
  return done;
}

/// Files under other names: a node may accept some endings only.
bool Subject::try_endings(const InputSet& tried) {
  for (ending_ = 0; ending_ <= (writes_files() ? kEndings : 0); ++ending_)
    if (try_inputs(tried)) return true;
  ending_ = 0;
  return false;
}

/// Payloads for nodes that ask for something particular: labels in a volume, a table of one row, what the plugin's other nodes
/// make.
bool Subject::try_others(const InputSet& ordinary) {
  for (const InputPort& port : type_.inputs) {
    std::vector<std::vector<PayloadPtr>> others{made_by_others(port.payload)};
    for (PayloadPtr& payload : particular_payloads(port.payload)) others.push_back({std::move(payload)});
    for (const std::vector<PayloadPtr>& items : others) {
      if (items.empty()) continue;
      InputSet tried = ordinary;
      tried[port.name] = port.variadic ? items : repeated(items, count_at(port));
      if (try_inputs(tried)) return true;
    }
  }
  return false;
}

void Subject::look_for_inputs() {
  looked_ = true;
  if (!obstacle_.empty()) return;
  const InputSet ordinary = ordinary_inputs();
  if (!obstacle_.empty()) return;
  for (const bool fill : {false, true}) {
    fill_paths_ = fill;
    if (try_endings(ordinary) || try_others(ordinary)) return;
  }
  fill_paths_ = false;
}

int Subject::firings(int count) {
  constexpr std::chrono::seconds kAllTogether{4};
  baseline();
  const auto fit = time_.count() > 0 ? std::chrono::steady_clock::duration(kAllTogether) / time_ : count;
  return static_cast<int>(std::clamp<std::int64_t>(fit, 1, count));
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
