#pragma once

#include "cohort/case_source.h"
#include "flowrun/host/bids.h"
#include "flowrun/host/graph_spec.h"

namespace flowrun {

/// What an input asks a BIDS data set for.
struct BidsQuery {
  std::string input;
  BidsName name;
  bool required = true;
};

/// The queries of the graph, changed by --bids-filter.
std::vector<BidsQuery> bids_queries(const GraphSpec& spec, const CommonValues& common, const std::vector<std::string>& filters,
                                    Diagnostics& faults);

}  // namespace flowrun
