#pragma once

namespace flowrun {

/// How many threads will use the libraries that are loaded from now on. Under a limit of memory (ulimit -v) a library that would
/// not fit with so many is refused before it is loaded (Registry::create). Until it is called: one for each core. Safe from any
/// thread.
void expect_threads(int threads);

}  // namespace flowrun
