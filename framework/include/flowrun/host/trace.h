#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun {

struct ValidatedGraph;
struct Case;

/// One span of work of one thread: a call of a node, the part of a thread in its parallel_for, or a step inside one of these. Or
/// a node that did not run, because an earlier run had its result ("load") or nothing needed it ("skip", at one moment).
struct TraceEvent {
  std::int32_t node = 0;  ///< index in ValidatedGraph::nodes
  std::int32_t case_index = -1;
  std::int64_t chunk = -1;
  std::int32_t thread = 0;
  std::int64_t begin_ns = 0;  ///< since the run started
  std::int64_t end_ns = 0;
  const char* what =
      "process";  ///< "process", "begin", "accept", "finish", "next", "tasks", "load", "skip", or the name of a node's own step
  bool inside = false;  ///< a step that the node reported (Context::span)
  std::int64_t payload_bytes = -1;  ///< of the data between nodes when it ended; -1: not looked at
  std::int32_t cases_in_flight = -1;
  double saved_s = -1;  ///< of "load": that making the result took; -1: none
};

/// Every firing of a run. Recording is safe from any thread and costs one append to that thread's own list.
class Trace {
 public:
  Trace();
  ~Trace();
  void record(const TraceEvent& event);
  void record(TraceEvent event, std::string_view what);  ///< keeps the text
  std::vector<TraceEvent> events()
      const;  ///< by begin, outer before inner; call when the run has ended; their text lives as long as the trace
  /// Writes the Chrome trace format (the spans of each thread, counters of the data between nodes and of the cases in flight),
  /// which Perfetto (ui.perfetto.dev) and chrome://tracing open. Throws Error.
  void write_chrome(const std::filesystem::path& file, const ValidatedGraph& graph, const std::vector<Case>& cases) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowrun
