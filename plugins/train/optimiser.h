#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowrun::train {

/// Which way the weights go from their gradient. "adam": Kingma and Ba, ICLR 2015. "adadelta": Zeiler, arXiv 1212.5701, 2012.
/// Both over all weights in a row, as torch.optim computes them.
struct Optimiser {
  std::string kind = "adam";
  double learning_rate = 1e-4, epsilon = 1e-8, weight_decay = 0;
  double beta1 = 0.9, beta2 = 0.999;  ///< adam
  double rho = 0.9;                   ///< adadelta: decay of the means
  std::int64_t steps = 0;
  /// One for each weight. adam: decaying means of the gradients and of their squares; adadelta: of the squared steps and of the
  /// squared gradients.
  std::vector<float> mean, square;

  /// One step along the gradient. `moves` says for each weight whether it may change.
  void step(std::vector<float>& weights, const std::vector<float>& gradient, const std::vector<bool>& moves);

 private:
  void adam_step(std::vector<float>& weights, const std::vector<float>& gradient, const std::vector<bool>& moves);
  void adadelta_step(std::vector<float>& weights, const std::vector<float>& gradient, const std::vector<bool>& moves);
};

}  // namespace flowrun::train
