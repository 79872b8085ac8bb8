#pragma once

#include <filesystem>

#include "cohort/case_source.h"

namespace flowrun {

/// Collects the cases. `spec` may be null (a graph that cannot be read): then only what needs no graph is checked.
CaseList collect_cases(const CaseRequest& request, const GraphSpec* spec, Diagnostics& faults);

/// check_cases, without what was said already.
void check_case_list(const ValidatedGraph& graph, CaseList& list, const std::filesystem::path& out, Diagnostics& faults);

}  // namespace flowrun
