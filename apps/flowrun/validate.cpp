#include <fmt/format.h>

#include <cstdio>

#include "commands.h"
#include "exit_status.h"
#include "graph_check.h"
#include "text_layout.h"

namespace flowrun {

int execute(const ValidateCommand& command) {
  const Registry registry = open_registry(command.plugin_paths);
  Faults faults;
  const CheckedGraph checked = check_graph(command.graph, command.settings, registry, faults);
  if (checked.graph) check_written_files(*checked.graph, faults);
  print_faults(faults);
  const bool right = !faults.has_errors() && checked.spec;
  std::string about;
  if (checked.graph) about = fmt::format(" ({})", count_text(checked.graph->nodes.size(), "node"));
  fmt::print("{}: {}, {}{}\n", printable(command.graph), right ? "ok" : "wrong", verdict(faults), about);
  return right ? kAllDone : kWrongInput;
}

}  // namespace flowrun
