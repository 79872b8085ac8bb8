#pragma once

#include <string>
#include <unordered_map>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// Goes through the graphs that LibTorch compiled from a model's code: all of its methods, hooks and functions, called or not.
/// Nothing is run.
class GraphCheck {
 public:
  /// Throws Error, a reason that names the operator and the place in the code, for an operator that is not on the list, for a
  /// call into LibTorch's own classes, for what loading runs beyond setting up quantised layers, and for methods that grow beyond
  /// a million operations when calls are replaced by what they call, as LibTorch does.
  void check(const torch::jit::CompilationUnit& unit);

 private:
  void check_function(torch::jit::Function& function);
  void check_loading(torch::jit::Function& function);
  std::size_t grown_size(torch::jit::Function& function);

  std::unordered_map<const torch::jit::Function*, std::size_t> sizes_;
};

}  // namespace flowrun::tensor
