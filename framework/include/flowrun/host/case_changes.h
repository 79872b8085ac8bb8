#pragma once

#include <string>
#include <vector>

#include "flowrun/host/case_record.h"

namespace flowrun {

/// What differs between two graphs whose hashes differ, in words: "parameter 'above' of node 'bright' changed from 1.5 to 2",
/// "plugin 'segment' was built again (node 'bright')". Never empty.
std::vector<std::string> graph_changes(const std::vector<NodeRecord>& before, const std::vector<NodeRecord>& now);

}  // namespace flowrun
