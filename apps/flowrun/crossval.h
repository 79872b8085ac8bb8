// flowrun crossval: a plan of graph runs, once for each fold of a table of cases.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flowrun {

struct CrossvalCommand {
  std::string plan;
  std::string cases;  ///< a table
  std::string out = "crossval";
  std::string folds;  ///< empty: what the plan says
  std::string threads;
  std::vector<std::string> settings;  ///< step.name=value
  std::vector<std::string> plugin_paths;
  bool dry_run = false;
  bool quiet = false;
};

void declare_crossval(CLI::App& app, CrossvalCommand& command);

/// Returns an ExitStatus, as the other verbs do; 3 when it was interrupted and can go on.
int execute(const CrossvalCommand& command);

}  // namespace flowrun
