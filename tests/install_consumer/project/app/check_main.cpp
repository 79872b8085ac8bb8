// An application of somebody else on the host component: checks a graph and runs it. Arguments: graph, plugin folder, output
// folder.
#include <cstdio>

#include "flowrun/host/runtime.h"

int main(int, char** argv) {
  flowrun::Registry registry;
  registry.scan(argv[2]);
  registry.scan(FLOWRUN_PLUGIN_FOLDER);
  flowrun::Diagnostics faults;
  const auto spec = flowrun::load_graph(argv[1], faults);
  const auto graph = spec ? flowrun::validate(*spec, registry, {}, faults) : nullptr;
  for (const flowrun::Diagnostic& fault : faults.all()) std::puts(to_string(fault).c_str());
  if (!graph) return 1;
  flowrun::RunOptions options;
  options.out = argv[3];
  const flowrun::RunResult result = flowrun::Run(graph, registry, options).execute({{"host", {}}});
  return result.cases.front().status == flowrun::CaseStatus::done ? 0 : 1;
}
