#pragma once

#include <filesystem>

#include "flowrun/host/case_record.h"
#include "flowrun/host/runtime.h"

namespace flowrun {

/// The end of a run for a person: per node and per case on the standard output, warnings and failures on the standard error.
/// `record`: the name of the run's record in the output folder. `of_run`: what the run did outside its cases, with what it wrote.
void print_summary(const ValidatedGraph& graph, const std::vector<Case>& cases, const std::filesystem::path& out,
                   const RunResult& result, const std::string& record, const CaseRecord& of_run);

/// Only how many cases are done, and what kept results saved.
void print_brief(const ValidatedGraph& graph, const RunResult& result);

/// Warnings, failed cases and failures of the run as a whole, on the standard error; also when the summary was not asked for.
/// `where`: what each line begins with, of a run within a longer work.
void print_failures(const RunResult& result, const std::string& where);

}  // namespace flowrun
