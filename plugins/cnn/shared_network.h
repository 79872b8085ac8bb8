#pragma once

#include <map>
#include <optional>
#include <string>

#include "dense/patch_network.h"
#include "common/network/model_description.h"
#include "common/torch/torch_headers.h"

namespace flowrun::cnn {

/// A network of the family whose arithmetic neighbouring patches can share, or why it is none.
struct SharedNetwork {
  std::optional<dense::PatchNetwork> network;
  std::string reason;  ///< "its layer 2 (batch_norm) ..."; set when there is no network
};

/// Looks for convolution, pooling, convolution, pooling, fully connected layers, with ReLU, leaky ReLU or nothing between, in a
/// model's description, and takes the weights from its parameters.
SharedNetwork shared_network(const network::ModelDescription& description, const std::map<std::string, at::Tensor>& parameters);

}  // namespace flowrun::cnn
