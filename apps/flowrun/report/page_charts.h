// The pictures of a run's page, as inline SVG and HTML.
#pragma once

#include <string>
#include <vector>

#include "flowrun/host/run_report.h"

namespace flowrun {

/// A bar for each node: its busy time over all cases, with the median and the slowest case.
std::string node_times_svg(const RunReport& report);

/// A bar for each case that has run, in the order given: how long it took.
std::string case_times_svg(const std::vector<CaseRow>& rows);

/// The nodes in layers, each below what it reads.
std::string graph_html(const RunReport& report);

}  // namespace flowrun
