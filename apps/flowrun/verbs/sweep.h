#pragma once

#include "verbs/run.h"

namespace flowrun {

/// Runs a graph once for each combination of the values of --sweep, each in a folder of its own below the output folder, and
/// makes one table of all of them there, sweep.csv: a row for each case and variant. What the variants share is computed once
/// where its results are kept.
int run_sweep(const RunCommand& command, Interrupts& interrupts);

}  // namespace flowrun
