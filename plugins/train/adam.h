#pragma once

#include <cstdint>
#include <vector>

namespace flowrun::train {

/// Adam (Kingma and Ba, ICLR 2015) over all weights in a row, as torch.optim.Adam computes it.
struct Adam {
  double learning_rate = 1e-4, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
  std::int64_t steps = 0;
  std::vector<float> mean, square;  ///< of the gradients, decaying; one for each weight

  /// One step along the gradient. `moves` says for each weight whether it may change.
  void step(std::vector<float>& weights, const std::vector<float>& gradient, const std::vector<bool>& moves);
};

}  // namespace flowrun::train
