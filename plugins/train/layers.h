#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/network/network.h"
#include "common/torch/torch_headers.h"

namespace flowrun::train {

/// The numbers of a network in one row, parameter after parameter in the order of network::parameters: what an optimiser sees,
/// a checkpoint keeps and threads read together.
class Weights {
 public:
  Weights() = default;
  Weights(const network::Network& network, const network::Shapes& shapes);

  const std::vector<network::Parameter>& parameters() const { return parameters_; }
  std::vector<float>& values() { return values_; }
  const std::vector<float>& values() const { return values_; }
  std::int64_t offset(std::size_t parameter) const { return offsets_[parameter]; }
  std::int64_t size(std::size_t parameter) const { return offsets_[parameter + 1] - offsets_[parameter]; }
  /// A tensor on the memory of a parameter; valid while the weights are and keep their size.
  at::Tensor view(std::size_t parameter) const;
  /// For each number, whether training changes it: not that of a buffer, and not that of a frozen layer.
  std::vector<bool> moving(const std::vector<std::string>& freeze) const;

 private:
  std::vector<network::Parameter> parameters_;
  std::vector<std::int64_t> offsets_{0};
  std::vector<float> values_;
};

/// What one pass through a network in training knows besides the weights.
struct Pass {
  bool training = false;
  std::uint64_t dropout = 0;   ///< random stream of this step
  std::int64_t first_row = 0;  ///< place of the first sample in the batch, so that micro-batches draw what the batch would
  std::vector<at::Tensor> batch_mean, batch_variance;  ///< out: of each batch_norm layer, in order
};

/// Runs the layers; `tensors` are one for each parameter of the weights. The input is N x C x D x H x W, or the rows of a network
/// with views. A softmax at the end is left out: gives the values before it.
at::Tensor logits(const network::Network& network, const at::Tensor& input, const std::vector<at::Tensor>& tensors, Pass& pass);

/// Whether the layers end in a softmax.
bool ends_in_softmax(const network::Network& network);

}  // namespace flowrun::train
