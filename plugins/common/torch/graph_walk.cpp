#include "common/torch/graph_walk.h"

#include <vector>

namespace flowrun::tensor {

namespace jit = torch::jit;

void each_node(jit::Block& outermost, const std::function<void(jit::Node&)>& look) {
  std::vector<jit::Block*> open{&outermost};
  while (!open.empty()) {
    jit::Block& block = *open.back();
    open.pop_back();
    for (jit::Node* node : block.nodes()) {
      look(*node);
      for (jit::Block* inner : node->blocks()) open.push_back(inner);
    }
  }
}

std::string place_of(const jit::Node& node) {
  const auto place = node.sourceRange().file_line_col();
  return place ? std::get<0>(*place) + " line " + std::to_string(std::get<1>(*place) + 1) : "its code";
}

}  // namespace flowrun::tensor
