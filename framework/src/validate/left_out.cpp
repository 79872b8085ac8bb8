#include <algorithm>

#include "flowrun/host/validated_graph.h"

namespace flowrun {
namespace {

/// Whether an input port that the node needs has nothing, or a part of what it takes is missing.
bool lacks(const ValidatedNode& node, std::size_t port, const std::vector<bool>& left_out) {
  const InputPort& described = node.type.inputs[port];
  std::size_t edges = 0, absent = 0;
  for (const InputSlot& slot : node.slots) {
    if (slot.port != port) continue;
    ++edges;
    absent += left_out[slot.source.node];
  }
  if (edges == 0 || !described.required) return false;
  return described.variadic && described.partial ? absent == edges : absent > 0;
}

}  // namespace

std::vector<bool> left_out_nodes(const ValidatedGraph& graph, const Case& one) {
  std::vector<bool> left_out(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValidatedNode& node = graph.nodes[i];
    if (node.scope == Scope::run) continue;  // it fires for all cases together
    left_out[i] = std::any_of(node.optional_inputs.begin(), node.optional_inputs.end(),
                              [&](const std::string& name) { return !one.inputs.contains(name); });
    for (std::size_t port = 0; port < node.type.inputs.size() && !left_out[i]; ++port) left_out[i] = lacks(node, port, left_out);
  }
  return left_out;
}

}  // namespace flowrun
