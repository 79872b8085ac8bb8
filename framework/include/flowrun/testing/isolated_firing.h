// The child's side of nodes that run in processes of their own (flowrun/host/isolation.h).
#pragma once

#include <string>
#include <vector>

namespace flowrun::testing {

/// Creates, opens and fires one node as the words of IsolatedProgram say (library, folder of packets, bytes of memory), and gives
/// its outputs back. Does not return.
[[noreturn]] void run_isolated_firing(const std::vector<std::string>& words);

}  // namespace flowrun::testing
