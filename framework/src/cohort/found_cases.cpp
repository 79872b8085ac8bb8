#include "flowrun/host/found_cases.h"

#include "cohort/case_list.h"

namespace flowrun {

FoundCases find_cases(const CaseRequest& request, const std::filesystem::path& graph) {
  Diagnostics of_graph, faults;
  const auto spec = load_graph(graph, of_graph);
  FoundCases found;
  found.cases = collect_cases(request, spec.get(), faults).cases;
  for (const Diagnostic& fault : faults.all()) found.faults.push_back(fault.message);
  return found;
}

}  // namespace flowrun
