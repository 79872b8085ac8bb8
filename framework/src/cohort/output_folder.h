// What a run does with its output folder as a whole, beside its cases.
#pragma once

#include "cohort/cohort_files.h"
#include "cohort/prepared_run.h"

namespace flowrun {

/// Finds out, without making anything, whether a folder can be made or written into; else a fault.
void check_writable(const std::filesystem::path& folder, const std::string& option, Diagnostics& faults);

/// Makes the folder and proves with a file that it can be written. Throws Error.
void prepare_folder(const std::filesystem::path& folder, const std::string& option);

/// "." for a file without one.
std::filesystem::path folder_of(const std::filesystem::path& file);

/// Nothing of what flowrun keeps for itself is read or written through a link. Throws Error with the first one.
void refuse_own_links(const PreparedRun& run);

/// The records of a run say that it has ended, so they go when it begins again. A shard that has nothing to run ends at once.
void begin_run_records(const PreparedRun& run, bool nothing_to_run);

/// Where the table and the page go. A shard has a table only.
CohortPaths paths_of(const PreparedRun& run, const CohortEvents& events);

}  // namespace flowrun
