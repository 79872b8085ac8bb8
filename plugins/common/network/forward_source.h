#pragma once

#include <string>

#include "common/network/network.h"

namespace flowrun::network {

/// The method `forward` of a network in TorchScript's language, for evaluation: dropout is left out, batch_norm takes the
/// running mean and variance. A parameter "a.0.weight" is that of the submodule "0" of the submodule "a".
std::string forward_source(const Network& network);

}  // namespace flowrun::network
