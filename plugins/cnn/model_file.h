#pragma once

#include <string>

#include "common/torch/torch_headers.h"
#include "model_description.h"

namespace flowrun::cnn {

/// Writes a module as a TorchScript model with its description inside. The file appears whole under its name or not at all.
/// Throws Error when it cannot be written.
void write_model(const torch::jit::Module& module, const ModelDescription& description, const std::string& path);

}  // namespace flowrun::cnn
