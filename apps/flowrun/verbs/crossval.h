#pragma once

#include "verbs/verb.h"

namespace flowrun {

struct CrossvalCommand {
  std::string plan;
  std::string cases;  ///< a table
  std::string out = "crossval";
  std::string folds;  ///< empty: what the plan says
  std::string threads;
  Words settings;  ///< step.name=value
  Words plugin_paths;
  bool dry_run = false;
  bool quiet = false;
};

/// A plan of graph runs, once for each fold of a table of cases.
Verb crossval_verb(CLI::App& app);

}  // namespace flowrun
