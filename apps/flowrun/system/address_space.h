#pragma once

namespace flowrun {

/// Throws Error, a sentence, when a limit of the process's address space (ulimit -v) leaves no room for the stacks of so many
/// threads and a little more. Without that room threads and allocations of libraries fail in places that cannot say so.
/// `threads`: 0: one for each core that the process may use.
void require_address_space(int threads);

}  // namespace flowrun
