#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace flowrun {

struct RunResult;
struct ValidatedGraph;
struct Case;

/// One span of work of one thread.
struct TraceEvent {
  std::int32_t node = 0;   ///< index in ValidatedGraph::nodes
  std::int32_t case_index = -1;
  std::int64_t chunk = -1;
  std::int32_t thread = 0;
  std::int64_t begin_ns = 0;  ///< since the run started
  std::int64_t end_ns = 0;
  const char* what = "process";  ///< "process", "accept", "finish", "next"
};

/// Every firing of a run. Recording is safe from any thread and costs one append to that thread's own list.
class Trace {
 public:
  Trace();
  ~Trace();
  void record(const TraceEvent& event);
  std::vector<TraceEvent> events() const;  ///< by begin; call when the run has ended
  /// Writes the Chrome trace format, which Perfetto (ui.perfetto.dev) and chrome://tracing open. Throws Error.
  void write_chrome(const std::filesystem::path& file, const ValidatedGraph& graph, const std::vector<Case>& cases) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes a run's record as JSON: graph after substitution with its hash, plugin versions, hashes of the input files and of files that
/// parameters name (models), timings per node and case, figures, errors, peak memory. Atomic. Throws Error.
void write_run_record(const std::filesystem::path& file, const ValidatedGraph& graph, const std::vector<Case>& cases,
                      const std::filesystem::path& out, const RunResult& result);

}  // namespace flowrun
