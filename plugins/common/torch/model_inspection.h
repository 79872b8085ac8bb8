#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// What is known of a network from its module alone, before it is frozen.
struct ModelTraits {
  std::int64_t first_convolution_channels = -1;  ///< -1: it has no convolution among its parameters
  bool writes_input = false;                     ///< an in-place operation of its forward may reach the tensor it is given
  bool may_change_state = false;                 ///< its forward may write to its weights or other state (state_check.h)
  bool quantises_batches = false;                ///< it chooses a scale for each batch, so that patches affect each other
  std::vector<c10::Device> devices;              ///< that its code names
  std::vector<std::int64_t> sizes;               ///< numbers above 0 at the front of lists in its code, each once, at most 16
};

/// Throws Error, naming `path`, when the module has no forward of one tensor, or one that surely changes the network's own state.
ModelTraits inspect_model(const torch::jit::Module& module, const std::string& path);

}  // namespace flowrun::tensor
