#include "support/node_runner.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "flowrun/host/validated_graph.h"
#include "support/task_threads.h"

namespace flowrun::testing {
namespace {

/// Parameters as the validator makes them: checked against their specs, defaults filled in.
Params complete_params(const NodeType& type, const NodeRunner::Values& given, bool with_per_case) {
  for (const auto& [name, value] : given) {
    const auto known = [&name = name](const ParamSpec& spec) { return spec.name == name; };
    if (std::none_of(type.params.begin(), type.params.end(), known)) throw Error(type.name + " has no parameter '" + name + "'");
  }
  Params params;
  for (const ParamSpec& spec : type.params) {
    if (spec.per_case && !with_per_case) continue;
    const auto same = std::find_if(given.rbegin(), given.rend(), [&](const auto& entry) { return entry.first == spec.name; });
    std::optional<ParamValue> value = spec.default_value;
    if (same != given.rend()) value = same->second;
    if (!value) throw Error(type.name + " needs parameter '" + spec.name + "'");
    const std::string fault = check_value(spec, *value);
    if (!fault.empty()) throw Error("parameter '" + spec.name + "': " + fault);
    params.set(spec.name, *value);
  }
  return params;
}

template <class Port>
const Port* find_port(const std::vector<Port>& ports, std::string_view name) {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const Port& port) { return port.name == name; });
  return found == ports.end() ? nullptr : &*found;
}

}  // namespace

Registry& built_plugins() {
  static Registry registry = [] {
    Registry made;
    made.scan(FLOWRUN_TEST_PLUGINS);
    return made;
  }();
  return registry;
}

struct NodeRunner::State final : public OpenContext, public Context {
  NodeType type;
  Values given;
  std::string device_word;
  std::string name = "case";
  int thread_count = 1;
  mutable std::atomic<int> looks_left{-1};
  std::unique_ptr<Node> node;
  bool opened = false;
  bool opening = false;
  Params open_params;
  Params firing_params;
  std::map<std::string, std::vector<PayloadPtr>, std::less<>> fed;
  std::map<std::string, std::vector<PayloadPtr>, std::less<>> emitted;
  std::int64_t expected_items = -1;
  std::map<std::string, double> reported;
  std::mutex mutex;  ///< guards what follows, which tasks may write
  std::vector<std::string> warned;
  std::vector<double> steps;

  // OpenContext and Context
  const Params& params() const override { return opening ? open_params : firing_params; }
  std::string_view node_id() const override { return "node"; }
  std::string_view device() const override { return device_word; }
  int threads() const override { return thread_count; }
  void warn(std::string_view sentence) override {
    const std::lock_guard lock(mutex);
    warned.emplace_back(sentence);
  }
  std::string_view case_name() const override { return name; }
  std::int64_t chunk() const override { return -1; }
  bool cancelled() const override {
    int left = looks_left;
    while (left > 0 && !looks_left.compare_exchange_weak(left, left - 1)) {
    }
    return left == 0 || left == 1;
  }
  std::span<const PayloadPtr> inputs(std::string_view port) const override {
    const InputPort* known = find_port(type.inputs, port);
    if (!known) throw Error(type.name + " has no input '" + std::string(port) + "'");
    const auto found = fed.find(port);
    if (known->collects || found == fed.end()) return {};
    return found->second;
  }
  void emit_owned(std::string_view port, std::unique_ptr<Payload> payload) override { emit_shared(port, std::move(payload)); }
  void emit_shared(std::string_view port, PayloadPtr payload) override {
    const OutputPort* known = find_port(type.outputs, port);
    if (!known) throw Error(type.name + " has no output '" + std::string(port) + "'");
    if (in_task()) throw Error("output '" + known->name + "' was emitted within a task of parallel_for");
    if (!payload) throw Error("output '" + known->name + "' was given a null payload");
    if (payload->type() != known->payload)
      throw Error("output '" + known->name + "' is described as " + known->payload + ", but a " + std::string(payload->type()) +
                  " was emitted");
    auto& items = emitted[known->name];
    if (!known->stream && !items.empty()) throw Error("output '" + known->name + "' was emitted twice in one firing");
    items.push_back(std::move(payload));
  }
  void report(std::string_view what, double value) override { reported[std::string(what)] = value; }
  void progress(double fraction) override {
    const std::lock_guard lock(mutex);
    steps.push_back(fraction);
  }
  void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& task, int at_once) override {
    run_tasks(count, task, at_once, [this] { return cancelled(); });
  }
  void span(std::string_view, std::chrono::steady_clock::time_point, std::chrono::steady_clock::time_point) override {}

  void check_inputs() const {
    for (const InputPort& port : type.inputs) {
      const auto found = fed.find(port.name);
      const std::size_t count = found == fed.end() ? 0 : found->second.size();
      if (port.required && !port.collects && count == 0) throw Error("the test gives nothing at input '" + port.name + "'");
      if (!port.variadic && !port.collects && count > 1)
        throw Error("the test gives several payloads at input '" + port.name + "'");
    }
  }
  void drive_firing();
};

void NodeRunner::State::drive_firing() {
  const std::unique_ptr<Firing> firing = node->begin(*this);
  for (const InputPort& port : type.inputs)
    if (port.collects)
      for (const PayloadPtr& item : fed[port.name]) firing->accept(*this, port.name, item);
  firing->finish(*this);
  expected_items = firing->expected();
  if (type.streams())
    while (firing->next(*this)) {
    }
}

NodeRunner::NodeRunner(const NodeType& type, const Values& params, const std::string& device)
    : state_(std::make_unique<State>()) {
  state_->type = type;
  state_->given = params;
  state_->device_word = device;
  state_->open_params = complete_params(type, params, false);
  state_->node = type.create();
}

NodeRunner::NodeRunner(const std::string& type, const Values& params, const std::string& device)
    : state_(std::make_unique<State>()) {
  Registry& registry = built_plugins();
  const RegisteredType* known = registry.find(type);
  if (!known) {
    std::string text = "no built plugin offers '" + type + "'. " + registry.conflict(type);
    for (const PluginInfo& plugin : registry.plugins())
      if (!plugin.failure.empty()) text += " " + plugin.failure;
    throw Error(text);
  }
  state_->type = known->type;
  state_->given = params;
  state_->device_word = device;
  state_->open_params = complete_params(state_->type, params, false);
  state_->node = registry.create(type);
}

NodeRunner::NodeRunner(NodeRunner&&) noexcept = default;
NodeRunner::~NodeRunner() = default;

NodeRunner& NodeRunner::set(const std::string& param, ParamValue value) {
  state_->given.emplace_back(param, std::move(value));
  return *this;
}
NodeRunner& NodeRunner::case_name(std::string name) {
  state_->name = std::move(name);
  return *this;
}
NodeRunner& NodeRunner::threads(int count) {
  state_->thread_count = count;
  return *this;
}
void NodeRunner::cancel_after(int looks) { state_->looks_left = looks; }
void NodeRunner::clear_inputs() { state_->fed.clear(); }

NodeRunner& NodeRunner::input(const std::string& port, PayloadPtr payload) {
  const InputPort* known = find_port(state_->type.inputs, port);
  if (!known) throw Error(state_->type.name + " has no input '" + port + "'");
  if (payload && payload->type() != known->payload)
    throw Error("input '" + port + "' takes " + known->payload + ", the test gives " + std::string(payload->type()));
  state_->fed[port].push_back(std::move(payload));
  return *this;
}

void NodeRunner::open() {
  if (state_->opened) return;
  state_->opening = true;
  try {
    state_->node->open(*state_);
  } catch (...) {
    state_->opening = false;
    throw;
  }
  state_->opening = false;
  state_->opened = true;
}

void NodeRunner::run() {
  open();
  state_->firing_params = complete_params(state_->type, state_->given, true);
  state_->check_inputs();
  state_->emitted.clear();
  state_->reported.clear();
  if (state_->type.collects() || state_->type.streams()) state_->drive_firing();
  else state_->node->process(*state_);
  for (const OutputPort& port : state_->type.outputs)
    if (!port.stream && state_->emitted[port.name].empty() && state_->looks_left == -1)
      throw Error("the node emitted nothing at output '" + port.name + "'");
}

std::string NodeRunner::error_of_run() {
  try {
    run();
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

PayloadPtr NodeRunner::output_ptr(const std::string& port) const {
  const auto found = state_->emitted.find(port);
  if (found == state_->emitted.end() || found->second.empty()) throw Error("nothing was emitted at output '" + port + "'");
  return found->second.back();
}

const std::vector<PayloadPtr>& NodeRunner::items(const std::string& port) const { return state_->emitted[port]; }
std::int64_t NodeRunner::expected() const { return state_->expected_items; }
const std::map<std::string, double>& NodeRunner::reports() const { return state_->reported; }
const std::vector<std::string>& NodeRunner::warnings() const { return state_->warned; }
const std::vector<double>& NodeRunner::progress() const { return state_->steps; }

}  // namespace flowrun::testing
