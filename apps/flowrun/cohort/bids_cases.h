#pragma once

#include "cohort/case_list.h"

namespace flowrun {

/// A case for each session of a BIDS data set (for each participant, where there are no sessions), with the files that the
/// graph's inputs ask for.
CaseList bids_cases(const CaseSource& source, const GraphSpec* spec, const CommonValues& common, Faults& faults);

}  // namespace flowrun
