#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/child_process.h"
#include "flowrun/host/node_results.h"
#include "flowrun/host/registry.h"
#include "flowrun/host/trace.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// A node that did not run in a case.
struct LeftOutNode {
  std::size_t node = 0;  ///< in the graph
  std::string reason;    ///< "t2 is missing", "not: voxel.largest is above 2"; empty: what it needs is left out
};

struct CaseResult;
struct FailedFiring;

/// Nodes that stay open from one run to the next, by their index in the graph.
using OpenNodes = std::map<std::size_t, std::shared_ptr<Node>>;

struct RunOptions {
  int threads = 0;  ///< 0: the cores that the process may use
  int cases_in_flight = 2;
  int chunks_in_flight = 0;     ///< of each stream; 0: twice the threads, at least 2
  bool fail_fast = false;       ///< the first failing case cancels the others
  std::filesystem::path out;    ///< value of ${out}
  std::string device = "auto";  ///< of the nodes whose `run` says auto or nothing
  Trace* trace = nullptr;       ///< records every firing when set
  std::vector<bool> unused;     ///< nodes, in the graph's order, that no case runs: they are not opened; empty: all are
  IsolatedProgram isolated;     ///< starts the processes of isolated firings
  /// Nodes that an earlier run of the same graph opened are taken from here, others are opened and put here. One run at a time.
  std::shared_ptr<OpenNodes> open_nodes;
  /// Results of earlier runs, which save firings; null: every node runs. Made before the nodes are opened.
  std::shared_ptr<NodeResults> results;
  /// Called before the first firing of a case, with its index among the cases; from any thread, maybe several calls at a time.
  /// Must not throw.
  std::function<void(std::size_t)> on_case_start;
  /// Called when a case has ended, with its index among the cases: from the thread that ended it, one call at a time, while other
  /// cases run on. What all nodes made for the case is there. The run does not end before the last call has returned. Must not
  /// throw.
  std::function<void(const CaseResult&, std::size_t)> on_case_end;
  /// Called when a firing has failed, while the packets that it had are still there: from the thread that ran it, maybe several
  /// calls at a time. Keep no payload of it. Must not throw.
  std::function<void(const FailedFiring&)> on_firing_failed;
};

/// Why a case failed.
struct CaseError {
  std::string node;
  std::string type;
  std::string plugin;
  std::string message;
};

/// A firing whose node threw, and what it had.
struct FailedFiring {
  std::size_t node = 0;          ///< index in ValidatedGraph::nodes
  std::int64_t case_index = -1;  ///< -1: a firing of run scope
  std::int64_t chunk = -1;
  std::string_view step;               ///< "process"; of a firing that collects or streams "begin", "accept", "finish" or "next"
  std::span<const PayloadPtr> inputs;  ///< by slot of the node; null for collecting ports
  const PayloadPtr* item = nullptr;    ///< of an "accept": what was to be accepted
  std::size_t item_slot = 0;           ///< and the slot at which it came
  const CaseError& error;
};

enum class CaseStatus { done, failed, cancelled, not_started };
std::string_view to_string(CaseStatus status);

struct Report {
  std::string node;
  std::string name;
  double value = 0;
};

/// What one node did for one case.
struct CaseTiming {
  std::size_t node = 0;  ///< index in ValidatedGraph::nodes
  std::int64_t firings = 0;
  double busy_s = 0;              ///< sum over threads of the time inside the node
  double begin_s = 0, end_s = 0;  ///< of its first and its last call, since the case began
};

struct CaseResult {
  std::string name;
  CaseStatus status = CaseStatus::not_started;
  std::vector<CaseError> errors;  ///< the first is the cause; branches that continue may add others
  double start_s = 0;             ///< since the run started
  double seconds = 0;             ///< from its first firing to its last
  std::vector<Report> reports;
  std::vector<std::string> warnings;    ///< "node: sentence"
  std::int64_t peak_payload_bytes = 0;  ///< of the payloads made for this case, the most that were alive at once
  bool earlier = false;             ///< done by an earlier run and not run again; the application says so, the engine never does
  std::vector<CaseTiming> timings;  ///< of the nodes that fired for it, in the graph's order
  std::vector<LeftOutNode> left_out;  ///< nodes that did not run in this case
  std::vector<std::size_t> kept;      ///< nodes that did not run because results of an earlier run were there
  double saved_s = 0;                 ///< that these results took when they were made, as far as they were needed
};

struct NodeResult {
  std::string id;
  std::string type;
  std::string plugin;
  std::string plugin_version;
  std::int64_t firings = 0;
  std::int64_t failures = 0;
  double busy_s = 0;     ///< sum over threads of the time inside the node
  double waiting_s = 0;  ///< sum of the time from ready to started
  double away_s = 0;     ///< sum of the time that firings were handed on to a device (Context::defer)
};

struct RunResult {
  std::vector<CaseResult> cases;      ///< in the order given
  std::vector<NodeResult> nodes;      ///< in the graph's order
  std::vector<CaseError> run_errors;  ///< of nodes that fire once for the run
  std::vector<Report> run_reports;
  std::vector<std::string> warnings;  ///< of open and of run scope
  double seconds = 0;
  std::int64_t peak_payload_bytes = 0;
  std::int64_t peak_resident_bytes = 0;  ///< of the process, as the system counts it; 0: unknown
  int threads = 0;
  bool interrupted = false;  ///< stop or cancel left something undone
  bool run_cut_off = false;  ///< cancel kept a node that fires once for the run from firing, or from ending its work
};

/// A look at a run from another thread.
struct Progress {
  std::int64_t cases_total = 0, cases_done = 0, cases_failed = 0, cases_running = 0;
  struct Stream {
    std::string node;
    std::string case_name;
    std::int64_t done = 0;       ///< chunks of which nothing is left to do
    std::int64_t expected = -1;  ///< -1: not known
  };
  std::vector<Stream> streams;  ///< of the cases that are running
  struct Firing {
    std::string node;
    std::string case_name;  ///< empty: a firing of run scope
    double fraction = 0;    ///< 0 to 1, as the node says
    double seconds = 0;     ///< since the call began in which it first reported its progress
  };
  struct Step {
    std::string node;
    std::int64_t chunk = -1;  ///< -1: none, the node works on the case
  };
  struct RunningCase {
    std::string name;
    double seconds = 0;       ///< since it began
    std::vector<Step> steps;  ///< what threads are doing for it at this moment; none: it waits for a thread
  };
  std::vector<RunningCase> running;  ///< in the order in which they began
  double done_case_seconds = 0;      ///< of the cases done, added up
  double failed_case_seconds = 0;    ///< likewise of those counted in cases_failed
  std::vector<Firing> firings;       ///< those running that report their progress, in the order in which they first did
  double seconds = 0;
};

/// One run of a graph over cases. Construction opens every node (models are loaded, once); it throws Error naming the node.
class Run {
 public:
  Run(std::shared_ptr<const ValidatedGraph> graph, Registry& registry, RunOptions options);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Takes lines that nodes print for whoever watches (sdk/terminal_lines.h): text of plugins, from any thread, maybe several
  /// calls at a time. `case_name` is empty in a firing of run scope. Must not throw. Set it before execute; without it nodes
  /// learn that there is no place for lines.
  using OnLine = std::function<void(std::string_view node, std::string_view case_name, std::string_view line)>;
  void on_line(OnLine print);

  /// Runs all cases and returns when the last has ended. Never throws for what a node does. Call once.
  RunResult execute(const std::vector<Case>& cases);

  // From any thread, at any time, also more than once.
  void stop();    ///< no new cases; those in flight finish
  void cancel();  ///< end now: nodes see cancelled(), what waits is dropped
  Progress progress() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowrun
