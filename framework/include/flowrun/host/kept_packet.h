#pragma once

#include "flowrun/sdk/payload.h"

namespace flowrun {

/// For a packet of a run that is kept when the Run goes: it is no longer counted as the run's memory. After Run::execute.
void keep_beyond_run(const PayloadPtr& packet);

}  // namespace flowrun
