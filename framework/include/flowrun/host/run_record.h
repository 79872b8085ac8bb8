#pragma once

#include <filesystem>
#include <vector>

#include "flowrun/host/runtime.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// Writes a run's record as JSON: graph after substitution with its hash, plugin versions, hashes of the input files and of files
/// that parameters name (models), timings per node and case, figures, errors, peak memory. Atomic. Throws Error.
void write_run_record(const std::filesystem::path& file, const ValidatedGraph& graph, const std::vector<Case>& cases,
                      const std::filesystem::path& out, const RunResult& result);

}  // namespace flowrun
