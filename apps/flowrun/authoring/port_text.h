#pragma once

#include <string>

#include "flowrun/sdk/node_type.h"

namespace flowrun {

/// "one", "any number", "one, all chunks together".
std::string input_takes(const InputPort& port);

/// "one", "a stream of chunks".
std::string output_gives(const OutputPort& port);

}  // namespace flowrun
