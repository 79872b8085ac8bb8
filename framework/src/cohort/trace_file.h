#pragma once

#include "cohort/prepared_run.h"

namespace flowrun {

/// The file of --trace is none that this run reads or writes, and nothing else than a timeline stands there. Faults go to `faults`.
void check_trace_file(const PreparedRun& run, Diagnostics& faults);

}  // namespace flowrun
