#include "flowrun/sdk/node.h"

#include <algorithm>

namespace flowrun {

std::string_view to_string(Scope scope) {
  switch (scope) {
    case Scope::run:
      return "run";
    case Scope::per_case:
      return "case";
    case Scope::chunk:
      return "chunk";
  }
  return "unknown";
}

bool NodeType::collects() const {
  return std::any_of(inputs.begin(), inputs.end(), [](const InputPort& port) { return port.collects; });
}

bool NodeType::streams() const {
  return std::any_of(outputs.begin(), outputs.end(), [](const OutputPort& port) { return port.stream; });
}

void Node::process(Context&) { throw Error("the node's code overrides neither process nor begin; its author must write one"); }

std::unique_ptr<Firing> Node::begin(Context&) {
  throw Error("the node's type collects or streams, so its code must override begin; it does not");
}

}  // namespace flowrun
