#pragma once

#include <memory>
#include <vector>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// Reads a network's forward, its calls put in their place, as it runs in evaluation mode. Throws Error, naming attribute and
/// place, where it surely changes its own state: it sets an attribute, or an operator writes to a weight, a buffer, a list that
/// is an attribute or a constant, or to a view of one. True where the graph does not rule that out, else false.
bool may_change_state(const std::shared_ptr<torch::jit::Graph>& forward);

/// Weights, buffers, other attributes and constants of a module, and a copy of their values.
class StateWatch {
 public:
  explicit StateWatch(const torch::jit::Module& module);

  /// Whether any has another value than when the watch began. Takes as long as reading them once. Safe on several threads.
  bool changed() const;

 private:
  std::vector<c10::IValue> values() const;

  torch::jit::Module module_;
  std::vector<c10::IValue> before_;
};

}  // namespace flowrun::tensor
