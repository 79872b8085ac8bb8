#include "optimiser.h"

#include <cmath>

namespace flowrun::train {

void Optimiser::step(std::vector<float>& weights, const std::vector<float>& gradient, const std::vector<bool>& moves) {
  mean.resize(weights.size());
  square.resize(weights.size());
  ++steps;
  if (kind == "adadelta") adadelta_step(weights, gradient, moves);
  else adam_step(weights, gradient, moves);
}

void Optimiser::adam_step(std::vector<float>& weights, const std::vector<float>& gradient, const std::vector<bool>& moves) {
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

void Optimiser::adadelta_step(std::vector<float>& weights, const std::vector<float>& gradient, const std::vector<bool>& moves) {
  const auto rate = static_cast<float>(learning_rate), r = static_cast<float>(rho), e = static_cast<float>(epsilon);
  const auto decay = static_cast<float>(weight_decay);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!moves[i]) continue;
    const float g = gradient[i] + decay * weights[i];
    square[i] = r * square[i] + (1 - r) * g * g;
    const float delta = std::sqrt(mean[i] + e) / std::sqrt(square[i] + e) * g;
    mean[i] = r * mean[i] + (1 - r) * delta * delta;
    weights[i] -= rate * delta;
  }
}

}  // namespace flowrun::train
