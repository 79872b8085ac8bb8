#pragma once

#include <map>
#include <string>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// A TorchScript file's parameters and buffers by their dotted names, float32 on the CPU. Throws Error as load_model does.
std::map<std::string, at::Tensor> load_parameters(const std::string& path);

}  // namespace flowrun::tensor
