#pragma once

#include <string>
#include <vector>

#include "flowrun/host/diagnostic.h"

namespace flowrun {

/// The cases that a table of ratings names, such as the viewer exports: "@ratings.tsv", or with a rating, "@ratings.tsv:pass".
/// Its column 'case' has their names ('participant_id' where it has no such column), its column 'rating' their ratings. What is
/// wrong goes to `faults`.
std::vector<std::string> cases_of_ratings(const std::string& word, Diagnostics& faults);

}  // namespace flowrun
