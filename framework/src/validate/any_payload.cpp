// Node types that take any kind of packet: what a node's edges bring decides what its ports are.
#include <algorithm>

#include "validate/draft.h"
#include "validate/endpoints.h"

namespace flowrun::checks {
namespace {

bool takes_any(const NodeType& type) {
  return std::any_of(type.inputs.begin(), type.inputs.end(), [](const InputPort& port) { return port.payload == kAnyPayload; });
}

/// What comes along the first edge of which that is known, at a port that takes anything; empty: not known yet.
std::string payload_for(const DraftNode& node, Endpoints& endpoints) {
  for (const InputSpec& input : node.spec->inputs) {
    const auto& ports = node.type->type.inputs;
    const auto port = std::find_if(ports.begin(), ports.end(), [&](const InputPort& one) { return one.name == input.port; });
    if (port == ports.end() || port->payload != kAnyPayload) continue;
    for (const EndpointSpec& source : input.sources)
      if (const std::string payload = endpoints.payload(node.instance, source); !payload.empty() && payload != kAnyPayload)
        return payload;
  }
  return "";
}

void settle(DraftNode& node, const std::string& payload) {
  if (!node.own_type) node.own_type = std::make_shared<RegisteredType>(*node.type);
  node.type = node.own_type.get();
  for (InputPort& port : node.own_type->type.inputs)
    if (port.payload == kAnyPayload) port.payload = payload;
  for (OutputPort& port : node.own_type->type.outputs)
    if (port.payload == kAnyPayload) port.payload = payload;
}

}  // namespace

void settle_payloads(Draft& draft) {
  Endpoints endpoints(draft);
  std::vector<DraftNode*> open;
  for (DraftNode& node : draft.nodes)
    if (node.type && takes_any(node.type->type)) open.push_back(&node);
  for (std::size_t before = open.size() + 1; !open.empty() && open.size() < before;) {  // one may wait for another
    before = open.size();
    std::erase_if(open, [&](DraftNode* node) {
      const std::string payload = payload_for(*node, endpoints);
      if (!payload.empty()) settle(*node, payload);
      return !payload.empty();
    });
  }
}

}  // namespace flowrun::checks
