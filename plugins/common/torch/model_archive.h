#pragma once

#include <string>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// The TorchScript module in a file, on the CPU, and its extra file `extra` ("" when it has none). The file is not trusted:
/// before any of it runs, its directory, tensors, code and compiled graphs are checked, and what a network does not need is
/// refused (docs/security.md has the rules and their limits). Throws Error, naming the file: what it is when it is no
/// TorchScript archive, and what to do; when it is damaged or cut short, or newer than this LibTorch reads (both named); when a
/// tensor would lie outside its bytes; when this LibTorch or the list lacks an operator of its code. The code of a file
/// that the user's list of trusted models names is not checked (trusted_models.h).
struct LoadedModel {
  torch::jit::Module module;
  std::string extra;
};
LoadedModel load_checked(const std::string& path, const std::string& extra = "flowrun.json");

}  // namespace flowrun::tensor
