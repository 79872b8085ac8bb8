#pragma once

#include <set>
#include <string>
#include <vector>

#include "cohort/folds.h"

namespace flowrun {

/// Files that a network would be trained on in a fold that tests it on them, under the name of another case. Two cases of
/// different folds with the same files throughout are an error, with some of them a warning: as of two visits of one patient with
/// one T1, or of two masks without a lesion. Files are the same by path or content; a column with one file for all cases does not
/// count. `files`: the columns whose cells are files.
void check_leaks(const CrossTable& table, const std::vector<Fold>& folds, const std::set<std::string>& files,
                 Diagnostics& faults);

}  // namespace flowrun
