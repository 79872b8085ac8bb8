#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// Looks at the texts of a TorchScript archive's code before LibTorch compiles them. Compiling alone is a risk: it runs default
/// values and class constants, works out constant expressions, and goes through whatever is nested by recursion.
class CodeCheck {
 public:
  /// A text as LibTorch will read it; `module` is its dotted name ("__torch__.layers"), `place` names it in messages. Throws
  /// Error, a reason with the place, for a text that cannot be read, is too large or nests too deep; for a default value or
  /// constant not written out; for an operator by name (torch.x, ops.x.y) that this LibTorch does not know or the list lacks.
  void add(const std::shared_ptr<torch::jit::Source>& text, const std::string& module, const std::string& place);

  /// When all texts are there: throws Error when classes and functions that name each other form too long a chain for LibTorch.
  void finish() const;

 private:
  /// What a class or function at the top of a text needs: names with dots in them, in lower case as LibTorch finds texts by them.
  struct Item {
    std::set<std::string> names;
    int own_depth = 1;  ///< the longest chain of methods that call each other
  };
  class Tokens;

  std::map<std::string, Item> items_;
  std::size_t bytes_ = 0;
};

}  // namespace flowrun::tensor
