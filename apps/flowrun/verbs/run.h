#pragma once

#include <functional>

#include "flowrun/host/cohort.h"
#include "verbs/verb.h"

namespace flowrun {

class Interrupts;

struct RunCommand : CohortRequest {
  Words plugin_paths;
  Words sweep;  ///< "parameter=value,value,..."
  bool no_report = false;
  bool dry_run = false;
  bool quiet = false;
  bool brief = false;  ///< a line or two instead of the summary
  bool help = false;
  std::function<std::string()> own_help;  ///< what --help shows without a graph
  std::string where;  ///< what its warnings and failures begin with, within a longer work: "fold a, step train: "
};

/// Whether this process is a run of flowrun watch, which waits for an output folder that is in use.
bool is_run_of_watch();

/// Its options and its argument, for verbs that run graphs too.
void declare_run(Verb& verb, RunCommand& command);

/// A graph over one case or many.
Verb run_verb(CLI::App& app);

/// What that verb does, within a longer work that takes the signals itself.
int run(const RunCommand& command, Interrupts& interrupts);

}  // namespace flowrun
