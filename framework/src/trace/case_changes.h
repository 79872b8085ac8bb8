#pragma once

#include <string>
#include <vector>

#include "flowrun/host/case_record.h"

namespace flowrun::trace {

/// What differs between two graphs, in words: "parameter 'above' of node 'bright' changed from 1.5 to 2".
std::vector<std::string> graph_changes(const std::vector<NodeRecord>& before, const std::vector<NodeRecord>& now);

}  // namespace flowrun::trace
