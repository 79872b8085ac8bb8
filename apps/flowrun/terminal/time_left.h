#pragma once

#include "flowrun/host/runtime.h"

namespace flowrun {

/// Seconds left, from the share of the work that is done: cases that have ended (one that failed early counts for as much as it
/// took), those that run (by their streams and long firings; else by their age beside the mean of the cases done), and long
/// firings of the run. Negative: not known yet, or nothing is left.
double seconds_left(const Progress& progress);

}  // namespace flowrun
