#pragma once

#include "cohort/case_list.h"
#include "cohort/pattern_cases.h"

namespace flowrun {

/// A case for each row of the table; patterns give the inputs that have no column.
CaseList table_cases(const CaseWords& words, const GraphSpec* spec, const CommonValues& common, Faults& faults);

}  // namespace flowrun
