#include "flowrun/host/session.h"

#include <algorithm>
#include <mutex>

#include "flowrun/host/graph_check.h"
#include "flowrun/host/kept_packet.h"
#include "flowrun/host/kept_results.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"
#include "session/memory_nodes.h"
#include "session/wrapped_graph.h"

namespace flowrun {
namespace {

/// Whether each run may set it: a value of each case, or a parameter that the request names.
bool may_set(const GraphSpec& spec, const SessionRequest& request, const std::string& name) {
  return std::find(request.changing.begin(), request.changing.end(), name) != request.changing.end() ||
         std::any_of(spec.value_inputs.begin(), spec.value_inputs.end(),
                     [&](const ValueSpec& value) { return value.spec.name == name; });
}

void check_names(const GraphSpec& spec, const SessionRequest& request, const SessionInput& input) {
  for (const auto& [name, packet] : input.packets)
    if (std::none_of(spec.port_inputs.begin(), spec.port_inputs.end(), [&](const PortSpec& port) { return port.name == name; }))
      throw Error("graph '" + spec.name + "' has no input '" + name + "'");
    else if (!packet) throw Error("input '" + name + "' is null; leave it out where it is not required");
  for (const auto& [name, value] : input.settings)
    if (!may_set(spec, request, name))
      throw Error("parameter '" + name + "' was not named in SessionRequest::changing, so no run can set it");
}

/// The file's graph is a node of the one that runs: its node "cut" is "graph/cut" there.
constexpr std::string_view kInner = "graph/";

std::string inner_name(const std::string& setting) {
  const bool of_node = setting.find('.') != std::string::npos;
  return of_node && !setting.starts_with(kInner) ? std::string(kInner) + setting : setting;
}

/// A sentence with the names that the file has.
std::string outer_words(std::string text) {
  const std::string quoted = "'" + std::string(kInner);
  for (std::size_t at = 0; (at = text.find(quoted, at)) != std::string::npos;) text.erase(at + 1, kInner.size());
  return text;
}

}  // namespace

struct Session::State {
  State(SessionRequest of, Registry& types) : request(std::move(of)), registry(types) {}

  SessionRequest request;
  Registry& registry;
  std::shared_ptr<const GraphSpec> spec;  ///< null: it cannot be used
  std::shared_ptr<const ValidatedGraph> graph;
  std::shared_ptr<PacketTable> packets = std::make_shared<PacketTable>();
  RunOptions options;
  bool keeps_results = false;
  std::mutex one_run;
  std::mutex mutex;  ///< guards what follows
  Run* running = nullptr;

  std::vector<Case> cases_of(std::vector<SessionInput>& inputs);
  void keep_results_of_nodes();
  std::vector<SessionOutput> execute(const std::vector<Case>& cases);
};

Session::Session(SessionRequest request, Registry& registry, Diagnostics& faults)
    : state_(std::make_unique<State>(std::move(request), registry)) {
  State& state = *state_;
  Settings settings;
  for (auto& [name, value] : assignments(state.request.settings, "settings", faults)) settings.values[inner_name(name)] = value;
  state.spec = load_graph(state.request.graph, faults);
  if (!state.spec) return;
  const GraphSpec wrapped = wrapped_graph(state.spec, state.request.changing, state.packets, registry, faults);
  Diagnostics found;
  if (!faults.has_errors()) state.graph = validate(wrapped, registry, settings, found);
  for (const Diagnostic& fault : found.all()) add_fault(faults, fault.severity, fault.place, outer_words(fault.message));
  state.options.threads = state.request.threads;
  state.options.cases_in_flight = state.request.cases_in_flight;
  state.options.device = state.request.device;
  state.options.out = state.request.out;
  state.options.open_nodes = std::make_shared<OpenNodes>();
}

Session::~Session() = default;

/// A case for each set of inputs; packets wait for its sources under its name.
std::vector<Case> Session::State::cases_of(std::vector<SessionInput>& inputs) {
  std::vector<Case> cases;
  for (SessionInput& input : inputs) {
    check_names(*spec, request, input);
    Case one;
    one.name = "run" + std::to_string(cases.size() + 1);
    for (const ValueSpec& value : graph->case_inputs) {
      const auto given = input.settings.find(value.spec.name);
      if (given != input.settings.end()) one.inputs[value.spec.name] = given->second;
    }
    for (const PortSpec& port : spec->port_inputs) {
      const bool given = input.packets.contains(port.name);
      if (port.required && !given) throw Error("input '" + port.name + "' of graph '" + spec->name + "' is missing");
      if (!port.required && given) one.inputs[given_name(port.name)] = true;
    }
    packets->put(one.name, std::move(input.packets));
    cases.push_back(std::move(one));
  }
  return cases;
}

/// Just before the first run opens the nodes, so that models are hashed as they are opened.
void Session::State::keep_results_of_nodes() {
  if (request.cache.empty() || keeps_results) return;
  const auto codecs = [this](std::string_view type) { return registry.codec(type); };
  std::map<std::size_t, std::string> sources;  // packets by node
  for (std::size_t i = 0; i < graph->nodes.size(); ++i)
    for (const PortSpec& port : spec->port_inputs)
      if (graph->nodes[i].id == source_name(port.name)) sources[i] = port.name;
  const auto content_of = [this, codecs, sources](std::size_t node, const Case& one) {
    const auto source = sources.find(node);
    return source == sources.end() ? "" : packet_hash(*packets->packet(one.name, source->second), codecs);
  };
  options.results = keep_results(
      graph, {request.cache, request.cache_limit, request.out, request.device, FLOWRUN_VERSION, codecs, {}, content_of});
  keeps_results = true;
}

std::vector<SessionOutput> Session::State::execute(const std::vector<Case>& cases) {
  Run run(graph, registry, options);
  {
    const std::lock_guard lock(mutex);
    running = &run;
  }
  RunResult result = run.execute(cases);
  {
    const std::lock_guard lock(mutex);
    running = nullptr;
  }
  std::vector<SessionOutput> outputs;
  for (CaseResult& one : result.cases) {
    std::erase_if(one.kept, [this](std::size_t node) { return graph->nodes[node].library.empty(); });  // those that give packets
    outputs.push_back({std::move(one), packets->take(cases[outputs.size()].name)});
    if (outputs.back().result.status != CaseStatus::done) outputs.back().packets.clear();
    for (const auto& [name, packet] : outputs.back().packets) keep_beyond_run(packet);
  }
  return outputs;
}

std::vector<SessionOutput> Session::run_all(std::vector<SessionInput> inputs) {
  if (!state_->graph) throw Error("the session has no graph that can be run");
  const std::lock_guard lock(state_->one_run);
  const PacketTable::Cleared cleared(*state_->packets);
  Diagnostics faults;
  std::vector<Case> cases = state_->cases_of(inputs);
  check_cases(*state_->graph, cases, state_->request.out, faults);
  if (faults.has_errors()) throw Error(faults.all().front().message);
  state_->keep_results_of_nodes();
  return state_->execute(cases);
}

SessionOutput Session::run(SessionInput input) {
  std::vector<SessionInput> inputs;
  inputs.push_back(std::move(input));
  return std::move(run_all(std::move(inputs)).front());
}

void Session::cancel() {
  const std::lock_guard lock(state_->mutex);
  if (state_->running) state_->running->cancel();
}

}  // namespace flowrun
