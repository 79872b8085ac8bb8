#pragma once

#include <functional>
#include <string>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// All nodes, of blocks within blocks too. Without recursion.
void each_node(torch::jit::Block& outermost, const std::function<void(torch::jit::Node&)>& look);

/// "code/__torch__.py line 7"; "its code" where the node does not say.
std::string place_of(const torch::jit::Node& node);

}  // namespace flowrun::tensor
