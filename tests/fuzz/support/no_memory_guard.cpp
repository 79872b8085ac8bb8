// Under a sanitizer, whose own malloc must stay.
#include "support/memory_guard.h"

namespace flowrun::fuzz {

void guard_memory(std::size_t) {}
void unguard_memory() {}

}  // namespace flowrun::fuzz
