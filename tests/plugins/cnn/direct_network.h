#pragma once

#include <array>
#include <vector>

#include "pickle_writer.h"

namespace flowrun::testing {

/// The published network computed by plain loops on axes x, y, z (z fastest), as its authors have it: the reference for the
/// import. `patch` is C x 15 x 15 x 15 in x, y, z. Gives the two probabilities.
std::array<double, 2> direct_network(const PickleWriter::Layers& weights, const std::vector<float>& patch, bool max_pooling);

}  // namespace flowrun::testing
