#pragma once

#include <cstddef>

namespace flowrun::fuzz {

/// From now on the process ends when it holds more than this on top of what it holds now, or asks for more at once. Every
/// malloc of the process is seen, those of other libraries too.
void guard_memory(std::size_t most);
void unguard_memory();

}  // namespace flowrun::fuzz
