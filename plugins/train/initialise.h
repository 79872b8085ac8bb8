#pragma once

#include <cstdint>
#include <string>

#include "layers.h"

namespace flowrun::train {

/// Draws the weights of convolutions and dense layers; biases are 0, batch_norm begins as the identity, prelu with its slope.
/// `how`: glorot_uniform, glorot_normal (Glorot and Bengio, AISTATS 2010), he_uniform, he_normal (He et al., ICCV 2015), or
/// normal with the standard deviation `sd`. The numbers depend on the seed and on a parameter's place among the others.
void initialise(Weights& weights, const std::string& how, double sd, std::uint64_t seed);

/// Lets the network give each class its probability in `probabilities`, whatever it sees: the biases of its last layer are their
/// logarithms (Lin et al., ICCV 2017, section 3.3), the weights there 0. With weights as large as elsewhere a rare class whose
/// scores begin low by chance would hardly move. Error when there is not one positive number for each of `classes`, when they do
/// not add up to 1, or when the last layer has no biases.
void begin_with(Weights& weights, const std::vector<double>& probabilities, std::size_t classes);

}  // namespace flowrun::train
