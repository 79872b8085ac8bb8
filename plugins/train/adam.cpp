#include "adam.h"

#include <cmath>

namespace flowrun::train {

void Adam::step(std::vector<float>& weights, const std::vector<float>& gradient, const std::vector<bool>& moves) {
  mean.resize(weights.size());
  square.resize(weights.size());
  ++steps;
  const double mean_bias = 1 - std::pow(beta1, static_cast<double>(steps)),
               square_bias = 1 - std::pow(beta2, static_cast<double>(steps));
  const auto rate = static_cast<float>(learning_rate / mean_bias), root_bias = static_cast<float>(std::sqrt(square_bias));
  const auto b1 = static_cast<float>(beta1), b2 = static_cast<float>(beta2), e = static_cast<float>(epsilon);
  const auto decay = static_cast<float>(weight_decay);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!moves[i]) continue;
    const float g = gradient[i] + decay * weights[i];
    mean[i] = b1 * mean[i] + (1 - b1) * g;
    square[i] = b2 * square[i] + (1 - b2) * g * g;
    weights[i] -= rate * mean[i] / (std::sqrt(square[i]) / root_bias + e);
  }
}

}  // namespace flowrun::train
