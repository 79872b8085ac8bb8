#include "verbs/merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "flowrun/host/cohort.h"
#include "flowrun/host/text.h"
#include "report/run_page.h"
#include "system/exit_status.h"
#include "terminal/say.h"

namespace flowrun {
namespace {

struct MergeCommand {
  std::string folder;  ///< the output folder of the runs
  bool no_report = false;
};

int merge(const MergeCommand& command) {
  CohortEvents events;
  events.say = say_sentence;
  if (!command.no_report) events.page = page_of_run();
  const std::vector<MergedRecords> merged = merge_records(command.folder, events);
  for (const MergedRecords& one : merged) {
    if (!one.graph_word.empty()) fmt::print("\n");
    fmt::print("{}\n\n  {}\n", one.counts, printable(one.table.string()));
    if (!one.page.empty()) fmt::print("  {}\n", printable(one.page.string()));
  }
  return std::all_of(merged.begin(), merged.end(), [](const MergedRecords& one) { return one.all_done; }) ? kAllDone
                                                                                                          : kSomeCaseFailed;
}

}  // namespace

Verb merge_verb(CLI::App& app) {
  Verb verb(app, "merge", "make one table and one page of the shards of a run",
            "  flowrun merge results\n\n"
            "Reads the records of the cases in the output folder and writes cases.csv and report.html there.\n"
            "Exit status: 0 all cases are done, 1 some case failed or has not run.");
  MergeCommand& command = verb.carried_out_by(merge);
  verb.argument("DIR", command.folder, "the output folder of the runs");
  verb.flag("--no-report", command.no_report, "write no page (report.html)");
  return verb;
}

}  // namespace flowrun
