// What a run does with its output folder as a whole, beside its cases.
#pragma once

#include "cohort/prepared_run.h"
#include "cohort/run_lock.h"
#include "report/cohort_files.h"
#include "verbs/run.h"

namespace flowrun {

/// Nothing of what flowrun keeps for itself is read or written through a link. Throws Error with the first one.
void refuse_own_links(const RunCommand& command, const PreparedRun& prepared);

/// Says which other graphs have results there.
void say_other_graphs(const RunCommand& command, const std::string& word);

/// Removes what a run that did not end had left, and says how much.
void clean_folder(const RunCommand& command, const PreparedRun& prepared, const RunLock& lock);

/// The records of a run say that it has ended, so they go when it begins again. A shard that has nothing to run ends at once.
void begin_run_records(const RunCommand& command, const PreparedRun& prepared, bool nothing_to_run);

/// Where the table and the page go. A shard has a table only.
CohortPaths paths_of(const RunCommand& command, const PreparedRun& prepared);

}  // namespace flowrun
