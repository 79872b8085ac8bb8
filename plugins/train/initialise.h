#pragma once

#include <cstdint>
#include <string>

#include "layers.h"

namespace flowrun::train {

/// Draws the weights of convolutions and dense layers; biases are 0, batch_norm begins as the identity, prelu with its slope.
/// `how`: glorot_uniform, glorot_normal (Glorot and Bengio, AISTATS 2010), he_uniform, he_normal (He et al., ICCV 2015), or
/// normal with the standard deviation `sd`. The numbers depend on the seed and on a parameter's place among the others.
void initialise(Weights& weights, const std::string& how, double sd, std::uint64_t seed);

}  // namespace flowrun::train
