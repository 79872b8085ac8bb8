// A graph over many cases: where the cases come from, which of them run, and what is kept of them in the output folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/registry.h"
#include "flowrun/host/run_report.h"
#include "flowrun/host/runtime.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// Where cases come from, in the words of the command line (docs/running.md).
struct CaseRequest {
  std::vector<std::string> inputs;  ///< name=value, for every case
  std::vector<std::string> cases;   ///< a table, or patterns such as flair=data/{case}/FLAIR.nii.gz; empty: one case, or BIDS
  std::string case_name;            ///< of that one case; empty: the graph's name
  std::string bids;                 ///< folder of a BIDS data set
  std::vector<std::string> participants;
  std::vector<std::string> sessions;
  std::vector<std::string> bids_filters;  ///< input.entity=label
  std::string incomplete;                 ///< cases without some of their files: "error" or "skip"; empty: error
};

/// A graph over one case or many.
struct CohortRequest : CaseRequest {
  std::string graph;                  ///< file
  std::vector<std::string> settings;  ///< parameter=value, node.param=value
  std::string out = "out";
  std::vector<std::string> until;     ///< "NODE" or "NODE.PORT": only what these need runs, and what they make is written
  std::vector<std::string> keep;      ///< "NODE.PORT" or "NODE.PORT=FILE": written too; FILE may contain ${case} and ${out}
  std::string shard;              ///< "i/n" or "slurm"; empty: all cases
  std::vector<std::string> only;  ///< names or patterns of cases; empty: all
  std::vector<std::string> exclude;  ///< likewise: not these
  bool resume = false;            ///< only what is not done or has changed
  bool retry_failed = false;
  bool fail_fast = false;
  std::string threads, cases_in_flight;  ///< numbers; empty: the defaults
  std::string device = "auto";
  std::string trace;         ///< file of the timeline; empty: none
  std::string replay_limit;  ///< bytes for the packets of failed firings, as "2G"; empty: 1G
  bool no_replay = false;
  std::string cache;        ///< folder of kept results; empty: usual_results_folder()
  std::string cache_limit;  ///< bytes, as "20G"; empty: 10G
  bool no_cache = false;    ///< every node runs, and no result is kept
  bool waits_for_folder = false;  ///< while another run has it; else that is refused
  IsolatedProgram isolated;  ///< starts the processes of isolated firings
};

enum class Weight { detail, notice, warning, error };

/// Called while a cohort runs, from any thread. Each may be empty.
struct CohortEvents {
  /// A sentence that is safe to print; details may have several lines.
  std::function<void(Weight, const std::string& sentence)> say;
  /// Executes the run: whoever shows progress or may stop the run wraps it. `done_before`: cases that need not run again.
  std::function<RunResult(Run&, const std::vector<Case>&, std::size_t done_before)> execute;
  /// Gives what is held from before the first node is opened until the last is closed. `word`: of the graph in the folder.
  std::function<std::shared_ptr<void>(const ValidatedGraph&, const std::vector<Case>&, const std::string& word)> guard;
  /// Writes the page of a run (report.html), now and then during the run and at its end. Without it there is no page.
  struct Page {
    std::string_view beginning;  ///< by which a page of ours is known
    std::function<void(const std::filesystem::path&, const RunReport&, const std::vector<CaseRow>&, const RunFacts&)> write;
  } page;
};

struct CohortResult {
  RunResult run;                     ///< of all cases: also those that were done before
  CaseRecord of_run;                 ///< what was made once for all cases
  std::string record;                ///< name of the run's record in the output folder
  std::string nothing;               ///< why no case ran; empty: some did
  bool crashed = false;              ///< nothing ran, because cases crashed the process before
  std::size_t not_run = 0;           ///< cases that never ran and that --retry-failed left out
  bool recorded = true;              ///< everything that is kept could be written
  std::vector<std::string> notices;  ///< about files of earlier runs
  /// Every case is done, and everything is kept.
  bool all_done() const;
};

struct PreparedRun;

class Cohort {
 public:
  /// Reads the graph, finds the cases and checks them together. What is wrong goes to `faults`; then nothing can be run. Writes
  /// nothing. The registry must outlive this object.
  Cohort(CohortRequest request, Registry& registry, Diagnostics& faults);
  ~Cohort();
  Cohort(const Cohort&) = delete;
  Cohort& operator=(const Cohort&) = delete;

  const std::shared_ptr<const ValidatedGraph>& graph() const;  ///< null: it cannot be used
  const std::vector<Case>& cases() const;
  int threads() const;  ///< 0: one for each core

  /// The cases that run() would run. Writes nothing. Throws Error.
  std::vector<Case> to_run(const CohortEvents& events = {}) const;

  /// Runs them, and keeps records, table and page in the output folder. Once. Throws Error where the folder cannot be used.
  CohortResult run(const CohortEvents& events = {});

 private:
  std::unique_ptr<PreparedRun> prepared_;
  Registry& registry_;
};

/// The records of one graph in an output folder, as one table and one page.
struct MergedRecords {
  std::string graph_word;  ///< empty: of the folder's first graph
  std::string counts;      ///< "3 of 4 cases done, 1 failed"
  std::filesystem::path table, page;
  bool all_done = false;
};
/// Makes them of what runs and shards have left. Throws Error for a folder without records.
std::vector<MergedRecords> merge_records(const std::filesystem::path& out, const CohortEvents& events = {});

/// The folder of a failed case's packets (host/replay.h): `failed` is its record, that folder or the case's name. Throws Error.
std::filesystem::path failed_packets(const std::string& failed, const std::filesystem::path& results);

}  // namespace flowrun
