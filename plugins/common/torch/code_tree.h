#pragma once

#include <memory>
#include <string>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// Parses a text of a TorchScript archive, which must be known to nest no deeper than recursion can follow, and looks at what
/// compiling would run. Throws Error, a reason with the place and line, for default values and class constants that are not
/// written out, and for operators by name that this LibTorch does not know or that are not on the list.
void check_code_tree(const std::shared_ptr<torch::jit::Source>& text, const std::string& place);

/// "this LibTorch (1.13.1)".
std::string this_libtorch();

/// Throws Error, naming the operator ("aten::relu") and this LibTorch's version, when LibTorch lacks it; and when the list does.
void check_operator_name(const std::string& name, const std::string& where);

}  // namespace flowrun::tensor
