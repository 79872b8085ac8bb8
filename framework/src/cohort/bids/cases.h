#pragma once

#include <memory>

#include "cohort/case_source.h"

namespace flowrun {

/// A case for each session of a BIDS data set (for each participant, where there are no sessions), with the files that the
/// graph's inputs ask for.
std::unique_ptr<CaseSource> bids_cases(const CaseRequest& request, Incomplete incomplete, const GraphSpec* spec,
                                       const CommonValues& common, Diagnostics& faults);

}  // namespace flowrun
