#pragma once

#include <string>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// The TorchScript module in a file, on the CPU, and its extra file `extra` ("" when it has none). The file is not trusted: before anything of it runs
/// its directory, its description of tensors, its code as text and the graphs that LibTorch compiles from it are looked through, and what a network
/// does not need is refused (docs/security.md says what that is, and what the check cannot promise). Throws Error, naming the file: what it is when
/// it is no TorchScript archive, and what to do; when it is damaged or cut short; when it is of a newer form than this LibTorch reads (both named);
/// when a tensor would lie outside its bytes; when its code uses an operator that this LibTorch does not know, or one that is not on the list. A file
/// that the user's list of trusted models names is not asked about its code (trusted_models.h).
struct LoadedModel {
  torch::jit::Module module;
  std::string extra;
};
LoadedModel load_checked(const std::string& path, const std::string& extra = "flowrun.json");

}  // namespace flowrun::tensor
