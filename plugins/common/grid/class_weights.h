// Weights of classes where the one that scores highest is chosen.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/node_type.h"
#include "flowrun/sdk/parameters.h"

namespace flowrun::grid {

/// Where a training drew classes in other shares than images have them, its probabilities are those of such a mixture. With the
/// share in images over the share in the training as weight they become those of images (Saerens et al., Neural Computation 2002).
inline ParamSpec class_weights_param() {
  return {.name = "class_weights",
          .type = ParamType::numbers,
          .default_value = std::vector<double>{},
          .help = "What each class's probability is multiplied by before the highest is chosen, such as its share of the voxels "
                  "where the training drew equal numbers of each class; empty: all alike",
          .min = 0};
}

inline std::vector<double> class_weights_of(const Params& params) {
  for (const double weight : params.numbers("class_weights"))
    if (!std::isfinite(weight)) throw Error("parameter 'class_weights' has a number that is not finite");
  return params.numbers("class_weights");
}

/// Throws Error where there are weights, but not one for each class.
inline void require_class_weights(const std::vector<double>& weights, std::size_t classes) {
  if (!weights.empty() && weights.size() != classes)
    throw Error("parameter 'class_weights' has " + std::to_string(weights.size()) + " numbers, but there are " +
                std::to_string(classes) + " classes; give one for each, in their order");
}

/// The score of a class. Throws Error where it is weighted and no probability.
inline double weighted(float score, const std::vector<double>& weights, std::size_t index) {
  if (weights.empty()) return score;
  constexpr float kRounding = 1e-4f;
  if (score < -kRounding || score > 1 + kRounding)
    throw Error("parameter 'class_weights' weighs probabilities, but the network gives " + std::to_string(score) +
                "; let it end in a softmax");
  return static_cast<double>(score) * weights[index];
}

}  // namespace flowrun::grid
