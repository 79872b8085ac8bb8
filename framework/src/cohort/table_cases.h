#pragma once

#include <memory>

#include "cohort/case_source.h"
#include "cohort/pattern_cases.h"

namespace flowrun {

/// A case for each row of the table; patterns give the inputs that have no column.
std::unique_ptr<CaseSource> table_cases(const CaseWords& words, const GraphSpec* spec, const CommonValues& common,
                                        Diagnostics& faults);

}  // namespace flowrun
