#include "testing/runner_context.h"

#include <algorithm>

#include "testing/runner_params.h"
#include "testing/task_threads.h"

namespace flowrun::testing {
namespace {

template <class Port>
const Port& find_port(const std::vector<Port>& ports, std::string_view name, const std::string& owner) {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const Port& port) { return port.name == name; });
  if (found != ports.end()) return *found;
  std::vector<std::string> known;
  for (const Port& port : ports) known.push_back(port.name);
  throw Error(owner + " '" + std::string(name) + "'" + known_words(std::string(name), known));
}

}  // namespace

const InputPort& RunnerContext::input_port(std::string_view port) const {
  return find_port(type.inputs, port, type.name + " has no input");
}

const OutputPort& RunnerContext::output_port(std::string_view port) const {
  return find_port(type.outputs, port, type.name + " has no output");
}

void RunnerContext::break_off(const std::string& fault) {
  broken.push_back(fault);
  throw Error(fault);
}

void RunnerContext::clear_firing() {
  emitted.clear();
  reported.clear();
  expected_items = -1;
  begin_call(Fills::plain);
  broken.clear();
}

void RunnerContext::report(std::string_view what, double value) {
  if (what.empty()) throw Error("the node reported a figure without a name; give report() the name of a column");
  reported[std::string(what)] += value;
}

void RunnerContext::warn(std::string_view sentence) {
  const std::lock_guard lock(mutex_);
  warned.emplace_back(sentence);
}

void RunnerContext::progress(double fraction) {
  const std::lock_guard lock(mutex_);
  steps.push_back(fraction);
}

bool RunnerContext::cancelled() const {
  int left = looks_left;
  while (left > 0 && !looks_left.compare_exchange_weak(left, left - 1)) {
  }
  return left == 0 || left == 1;
}

std::span<const PayloadPtr> RunnerContext::inputs(std::string_view port) const {
  const InputPort& known = input_port(port);
  if (taken.contains(port))
    throw Error("the node reads input '" + known.name + "' after it has taken it in this firing; take an input once, after all " +
                "reading of it");
  const auto found = fed.find(port);
  if (known.collects || found == fed.end()) return {};
  return found->second;
}

Payload* RunnerContext::exclusive(std::string_view port) {
  inputs(port);
  taken.emplace(port);
  return nullptr;
}

void RunnerContext::emit_shared(std::string_view port, PayloadPtr payload) {
  const auto described = [&](const OutputPort& one) { return one.name == port; };
  if (std::none_of(type.outputs.begin(), type.outputs.end(), described))
    broken.push_back("output '" + std::string(port) + "' is not described");
  const OutputPort& known = output_port(port);
  if (in_task()) break_off("output '" + known.name + "' was emitted within a task of parallel_for");
  if (!payload) break_off("output '" + known.name + "' was given a null payload");
  if (payload->type() != known.payload && known.payload != kAnyPayload)
    break_off("output '" + known.name + "' is described as " + known.payload + ", but a " + std::string(payload->type()) +
              " was emitted");
  if (!(known.stream ? fills_ == Fills::stream : fills_ == Fills::plain))
    break_off("output '" + known.name +
              "' was emitted out of turn: streams are emitted by Firing::next, other outputs by process or finish");
  if (!filled_.insert(known.name).second) break_off("output '" + known.name + "' was emitted twice in one firing");
  emitted[known.name].push_back(std::move(payload));
}

void RunnerContext::parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& task, int at_once) {
  run_tasks(count, task, at_once, [this] { return cancelled(); });
}

void RunnerContext::check_inputs() const {
  for (const InputPort& port : type.inputs) {
    const auto found = fed.find(port.name);
    const std::size_t count = found == fed.end() ? 0 : found->second.size();
    if (port.required && !port.collects && count == 0) throw Error("the test gives nothing at input '" + port.name + "'");
    if (!port.variadic && !port.collects && count > 1)
      throw Error("the test gives several payloads at input '" + port.name + "'");
  }
}

void RunnerContext::check_outputs() {
  if (looks_left != -1) return;  // a cancelled firing may leave out what it likes
  for (const OutputPort& port : type.outputs)
    if (!port.stream && emitted.find(port.name) == emitted.end())
      break_off("the node emitted nothing at output '" + port.name + "'");
}

void RunnerContext::begin_call(Fills fills) {
  taken.clear();
  filled_.clear();
  fills_ = fills;
}

/// One item of a stream; false: it has ended.
bool RunnerContext::draw(Firing& firing) {
  begin_call(Fills::stream);
  const bool more = firing.next(*this);
  if (!more && !filled_.empty())
    break_off("the node's Firing::next emitted an item and returned false, which says that there was none");
  if (!more || looks_left != -1) return more;
  for (const OutputPort& port : type.outputs)
    if (port.stream && !filled_.contains(port.name))
      break_off("the node's Firing::next returned true, which says that there is an item, and emitted nothing at output '" +
                port.name + "'");
  return true;
}

void RunnerContext::drive(Node& node) {
  begin_call(Fills::nothing);
  const std::unique_ptr<Firing> firing = node.begin(*this);
  if (!firing) break_off("the node's begin returned no firing");
  for (const InputPort& port : type.inputs)
    if (port.collects)
      for (const PayloadPtr& item : fed[port.name]) begin_call(Fills::nothing), firing->accept(*this, port.name, item);
  begin_call(Fills::plain);
  firing->finish(*this);
  expected_items = firing->expected();
  while (type.streams() && draw(*firing)) {
  }
}

}  // namespace flowrun::testing
