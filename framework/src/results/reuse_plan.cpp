#include "results/reuse_plan.h"

#include <algorithm>

namespace flowrun::results {

Keepable::Keepable(const ValidatedGraph& graph, const FindCodec& codecs) {
  for (const ValidatedNode& node : graph.nodes) {
    const NodeType& type = node.type;
    const bool writes = std::any_of(type.params.begin(), type.params.end(), [](const ParamSpec& spec) {
      return spec.type == ParamType::path && spec.role == PathRole::output;
    });
    effects.push_back(writes || type.outputs.empty() || node.scope == Scope::run || node.keeping == Keeping::never);
    nodes.push_back(!effects.back() && node.scope == Scope::per_case && !type.streams() && !node.library.empty() &&
                    std::all_of(type.outputs.begin(), type.outputs.end(),
                                [&](const OutputPort& port) { return codecs(port.payload) != nullptr; }));
  }
}

ReusePlan::ReusePlan(const ValidatedGraph& graph, const Keepable& keepable, const CaseKeys& keys, const Entries& entries)
    : graph_(graph), keepable_(keepable), keys_(keys), entries_(entries) {
  for (const auto& [node, entry] : entries)
    for (const auto& [key, note] : entry.notes) notes_.emplace(key, &note);
  for (const ValidatedNode& node : graph.nodes) needed_.emplace_back(node.type.outputs.size());
}

KeptCase ReusePlan::make(const Case& one, const std::vector<bool>& left_out, const ReadOutput& read) {
  made_.uses.assign(graph_.nodes.size(), NodeUse::run);
  bool saves = false;
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    NodeUse& use = made_.uses[i];
    if (left_out[i] && graph_.nodes[i].scope == Scope::per_case) {
      use = NodeUse::leave_out;
      made_.notes[i].left_out = why_not_run(graph_.nodes[i], &one);
      continue;
    }
    if (!left_out[i]) use = use_of(i, read);
    if (use == NodeUse::run) need_inputs(i);
    else made_.notes[i] = *notes_.at(keys_.nodes[i].text);
    saves |= use != NodeUse::run;
  }
  if (saves) return std::move(made_);
  return {};
}

NodeUse ReusePlan::use_of(std::size_t node, const ReadOutput& read) {
  if (keepable_.effects[node] || !notes_.contains(keys_.nodes[node].text)) return NodeUse::run;
  if (!is_needed(node)) return NodeUse::skip;
  return load(node, read) ? NodeUse::load : NodeUse::run;
}

bool ReusePlan::is_needed(std::size_t node) const {
  return std::find(needed_[node].begin(), needed_[node].end(), true) != needed_[node].end();
}

/// All that is needed of a node's outputs, or nothing.
bool ReusePlan::load(std::size_t node, const ReadOutput& read) {
  const auto entry = entries_.find(node);
  if (entry == entries_.end()) return false;
  const std::vector<OutputPort>& ports = graph_.nodes[node].type.outputs;
  LoadedResult loaded{std::vector<std::unique_ptr<Payload>>(ports.size()), entry->second.seconds,
                      std::chrono::steady_clock::now()};
  for (std::size_t port = 0; port < ports.size(); ++port) {
    if (!needed_[node][port]) continue;
    for (const KeptOutput& output : entry->second.outputs)
      if (output.port == ports[port].name && output.payload == ports[port].payload) loaded.outputs[port] = read(node, output);
    if (!loaded.outputs[port]) return false;
  }
  loaded.end = std::chrono::steady_clock::now();
  made_.loaded[node] = std::move(loaded);
  return true;
}

void ReusePlan::need_inputs(std::size_t node) {
  for (const InputSlot& slot : graph_.nodes[node].slots) needed_[slot.source.node][slot.source.port] = true;
}

}  // namespace flowrun::results
