// The cases that patterns of files, a BIDS data set or a table give at the moment.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/cohort.h"

namespace flowrun {

struct FoundCases {
  std::vector<Case> cases;          ///< every value is text still
  std::vector<std::string> faults;  ///< what is wrong with them: files that are missing, say
};

/// Looks for the cases of a graph; their files are not read, and nothing is checked beyond what it takes to find them.
FoundCases find_cases(const CaseRequest& request, const std::filesystem::path& graph);

}  // namespace flowrun
