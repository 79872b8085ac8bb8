#pragma once

#include <filesystem>

#include "cohort/case_source.h"

namespace flowrun {

/// Collects the cases. `spec` may be null (a graph that cannot be read): then only what needs no graph is checked.
CaseList collect_cases(const CaseRequest& request, const GraphSpec* spec, Diagnostics& faults);

/// check_cases, without what was said already. Cases of which files are missing are left out of the list with warnings, where the
/// request wants that (`incomplete`).
void check_case_list(const ValidatedGraph& graph, CaseList& list, const CaseRequest& request, const std::filesystem::path& out,
                     Diagnostics& faults);

}  // namespace flowrun
