#pragma once

#include "schedule/item.h"

namespace flowrun::schedule {

struct Work;

/// The one work that a thread goes on with itself when its firing is over, instead of making a task of it. It is open only while
/// outputs are delivered at the very end of a firing, so that nothing delays what is left here.
struct Handoff {
  Work* work = nullptr;
  Work* spare = nullptr;  ///< the last one that was done, to be used again
  bool open = false;
  int thread = 0;           ///< index of this thread
  Clock::time_point time;   ///< when the firing ended: reading the clock costs as much as a small firing
};

/// Of the calling thread's innermost firing; null outside one.
inline constinit thread_local Handoff* tls_handoff = nullptr;

}  // namespace flowrun::schedule
