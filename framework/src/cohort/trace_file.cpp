#include "cohort/trace_file.h"

#include <fmt/format.h>

#include "cohort/graph_books.h"
#include "flowrun/host/case_recorder.h"
#include "flowrun/host/file_content.h"
#include "flowrun/host/written_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTraceBeginning = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";

/// The place that a name stands for; a link at its end is not followed, for a file that is written replaces it.
fs::path place_of(const fs::path& file) {
  std::error_code unknown;
  const fs::path whole = fs::absolute(file, unknown).lexically_normal();
  return fs::weakly_canonical(whole.parent_path(), unknown) / whole.filename();
}

bool lies_in(const fs::path& file, const fs::path& folder) {
  const fs::path way = file.lexically_relative(folder);
  return !way.empty() && *way.begin() != "..";
}

/// What a run reads and writes of the cases' files; values that do not fit are reported elsewhere.
std::string use_in_cases(const fs::path& place, const PreparedRun& run) {
  const auto use = [&](const std::vector<NodeFile>& files) -> std::string {
    for (const NodeFile& file : files) {
      const bool written = file.role == PathRole::output;
      if (place_of(file.path) == place) return fmt::format("node '{}' {} it", file.node, written ? "writes" : "reads");
      const std::string description = written ? run.layout->description_of(*run.graph, file) : "";
      if (!description.empty() && place_of(description) == place)
        return fmt::format("it describes an image of node '{}'", file.node);
    }
    return "";
  };
  try {
    if (const std::string found = use(files_of_run(*run.graph, run.out())); !found.empty()) return found;
    for (const Case& one : run.list.cases)
      if (const std::string found = use(files_of_case(*run.graph, one, run.out())); !found.empty()) return found;
  } catch (const Error&) {
  }
  return "";
}

std::string use_in_run(const fs::path& place, const PreparedRun& run) {
  if (place == place_of(run.request.graph)) return "it is the graph";
  for (const std::string& table : run.request.cases)
    if (place == place_of(table)) return "--cases reads it";
  const fs::path out = run.out();
  if (lies_in(place, place_of(out / "flowrun"))) return "flowrun keeps its records there";
  std::vector<fs::path> own = own_paths(out, run.shard, run.word);
  for (const fs::path& file : run.layout->own_files(out)) own.push_back(file);
  for (const fs::path& file : own)
    if (place == place_of(file)) return "the run writes it itself";
  return use_in_cases(place, run);
}

}  // namespace

void check_trace_file(const PreparedRun& run, Diagnostics& faults) {
  if (!run.graph) return;
  if (const std::string use = use_in_run(place_of(run.request.trace), run); !use.empty())
    return faults.error({}, fmt::format("--trace '{}': {}; name another file", run.request.trace, use));
  const auto is_trace = [](const std::string& beginning) { return beginning.starts_with(kTraceBeginning); };
  if (const std::string fault = overwrite_fault(run.request.trace, "--trace", "timeline of flowrun", is_trace); !fault.empty())
    faults.error({}, fault);
}

}  // namespace flowrun
