#pragma once

#include "cohort/prepared_run.h"

namespace flowrun {

/// Checks that --trace names no file that this run reads or writes, and replaces nothing but a timeline. Faults go to `faults`.
void check_trace_file(const PreparedRun& run, Diagnostics& faults);

}  // namespace flowrun
