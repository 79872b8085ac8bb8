#include "verbs/merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "flowrun/host/merge.h"
#include "flowrun/host/text.h"
#include "system/exit_status.h"
#include "terminal/open_registry.h"
#include "verbs/isolated_firing.h"
#include "verbs/run_events.h"

namespace flowrun {
namespace {

struct MergeCommand {
  std::string folder;  ///< the output folder of the runs
  bool no_report = false;
  bool quiet = false;
  Words plugin_paths;
};

int merge(const MergeCommand& command) {
  Interrupts interrupts;
  Registry registry = open_registry(command.plugin_paths);
  Announcer announcer;
  const CohortEvents events = events_of_run({command.folder, "", command.quiet, command.no_report}, interrupts, announcer);
  const MergeRequest request{command.folder, {"/proc/self/exe", {kIsolatedFiring}}, &registry};
  const std::vector<MergedRecords> merged = merge_shards(request, events);
  for (const MergedRecords& one : merged) {
    if (!one.graph_word.empty()) fmt::print("\n");
    fmt::print("{}\n\n  {}\n", one.counts, printable(one.table.string()));
    if (!one.page.empty()) fmt::print("  {}\n", printable(one.page.string()));
  }
  const bool done = std::all_of(merged.begin(), merged.end(), [](const MergedRecords& one) { return one.all_done; });
  return done ? kAllDone : interrupts.received() ? kInterrupted : kSomeCaseFailed;
}

}  // namespace

Verb merge_verb(CLI::App& app) {
  Verb verb(app, "merge", "make of the shards of a run what one run would have made",
            "  flowrun merge results\n\n"
            "Reads the records of the cases in the output folder and writes cases.csv and report.html there. Nodes that\n"
            "take all cases fire once all shards have ended: a table of all cases, a training.\n"
            "Exit status: 0 all cases are done, 1 some case failed or has not run.");
  MergeCommand& command = verb.carried_out_by(merge);
  verb.argument("DIR", command.folder, "the output folder of the runs");
  verb.flag("--no-report", command.no_report, "write no page (report.html)");
  verb.flag("--quiet", command.quiet, "no progress; faults only");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
