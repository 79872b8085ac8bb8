#include "flowrun/testing/node_runner.h"

#include "flowrun/host/diagnostic.h"
#include "testing/runner_context.h"
#include "testing/runner_params.h"

namespace flowrun::testing {
namespace {

std::string unknown_type(const Registry& registry, const std::string& type) {
  std::vector<std::string> names;
  for (const RegisteredType* known : registry.types()) names.push_back(known->type.name);
  std::string text = "no plugin offers '" + type + "'" + did_you_mean(type, names);
  if (const std::string conflict = registry.conflict(type); !conflict.empty()) text += "; " + conflict;
  if (names.empty() && registry.plugins().empty()) text += "; no plugin was found at all, is FLOWRUN_PLUGIN_PATH set?";
  for (const PluginInfo& plugin : registry.plugins())
    if (!plugin.failure.empty()) text += "; " + plugin.failure;
  return text;
}

const NodeType& type_in(const Registry& registry, const std::string& type) {
  if (const RegisteredType* known = registry.find(type)) return known->type;
  throw Error(unknown_type(registry, type));
}

NodeRunner::Values read(const NodeType& type, const char* params_json) {
  return params_json ? params_from_json(type, params_json) : NodeRunner::Values();
}

}  // namespace

Registry& found_plugins() {
  static Registry registry = [] {
    Registry made;
    for (const auto& folder : plugin_search_path({})) made.scan(folder);
    return made;
  }();
  return registry;
}

struct NodeRunner::State {
  RunnerContext context;
  Values given;
  Params open_params;
  Params firing_params;
  std::unique_ptr<Node> node;
  bool opened = false;
};

NodeRunner::NodeRunner(const NodeType& type, Registry* registry, Values params, const std::string& device)
    : state_(std::make_unique<State>()) {
  state_->context.type = type;
  state_->context.device_word = device;
  state_->given = std::move(params);
  state_->open_params = complete_params(type, state_->given, false);
  state_->node = registry ? registry->create(type.name) : type.create();
}

NodeRunner::NodeRunner(const std::string& type, const Values& params, const std::string& device)
    : NodeRunner(found_plugins(), type, params, device) {}
NodeRunner::NodeRunner(const std::string& type, const char* params_json, const std::string& device)
    : NodeRunner(found_plugins(), type, params_json, device) {}
NodeRunner::NodeRunner(Registry& registry, const std::string& type, const Values& params, const std::string& device)
    : NodeRunner(type_in(registry, type), &registry, params, device) {}
NodeRunner::NodeRunner(Registry& registry, const std::string& type, const char* params_json, const std::string& device)
    : NodeRunner(type_in(registry, type), &registry, read(type_in(registry, type), params_json), device) {}
NodeRunner::NodeRunner(const NodeType& type, const Values& params, const std::string& device)
    : NodeRunner(type, nullptr, params, device) {}
NodeRunner::NodeRunner(const NodeType& type, const char* params_json, const std::string& device)
    : NodeRunner(type, nullptr, read(type, params_json), device) {}

NodeRunner::NodeRunner(NodeRunner&&) noexcept = default;
NodeRunner::~NodeRunner() = default;

const NodeType& NodeRunner::type() const { return state_->context.type; }

NodeRunner& NodeRunner::set(const std::string& param, ParamValue value) {
  state_->given.emplace_back(param, std::move(value));
  return *this;
}
NodeRunner& NodeRunner::case_name(std::string name) {
  state_->context.name = std::move(name);
  return *this;
}
NodeRunner& NodeRunner::chunk(std::int64_t index) {
  state_->context.chunk_index = index;
  return *this;
}
NodeRunner& NodeRunner::threads(int count) {
  state_->context.thread_count = count;
  return *this;
}
void NodeRunner::cancel_after(int looks) { state_->context.looks_left = looks; }
void NodeRunner::clear_inputs() { state_->context.fed.clear(); }

NodeRunner& NodeRunner::input(const std::string& port, PayloadPtr payload) {
  const InputPort& known = state_->context.input_port(port);
  if (payload && payload->type() != known.payload && known.payload != kAnyPayload)
    throw Error("input '" + port + "' takes " + known.payload + ", the test gives " + std::string(payload->type()));
  state_->context.fed[port].push_back(std::move(payload));
  return *this;
}

void NodeRunner::open() {
  if (state_->opened) return;
  state_->context.current = &state_->open_params;
  state_->node->open(state_->context);
  state_->opened = true;
}

void NodeRunner::run() {
  open();
  RunnerContext& context = state_->context;
  state_->firing_params = complete_params(context.type, state_->given, true);
  context.current = &state_->firing_params;
  context.check_inputs();
  context.clear_firing();
  if (context.type.collects() || context.type.streams()) context.drive(*state_->node);
  else context.process(*state_->node);
  context.check_outputs();
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
  const auto& items = this->items(port);
  if (items.empty()) throw Error("nothing was emitted at output '" + port + "'");
  return items.back();
}

const std::vector<PayloadPtr>& NodeRunner::items(const std::string& port) const {
  static const std::vector<PayloadPtr> kNone;
  const auto found = state_->context.emitted.find(state_->context.output_port(port).name);
  return found == state_->context.emitted.end() ? kNone : found->second;
}

std::int64_t NodeRunner::expected() const { return state_->context.expected_items; }
const std::map<std::string, double>& NodeRunner::reports() const { return state_->context.reported; }
const std::vector<std::string>& NodeRunner::warnings() const { return state_->context.warned; }
const std::vector<double>& NodeRunner::progress() const { return state_->context.steps; }

}  // namespace flowrun::testing
