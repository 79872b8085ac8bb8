#include "cohort/bids/layout.h"

#include "cohort/bids/sidecars.h"
#include "flowrun/host/bids.h"

namespace flowrun {

namespace fs = std::filesystem;

std::string BidsLayout::fault_of(const fs::path& out) const { return bids_derivative_fault(out); }

/// Not every node makes the folder of the file that it writes.
void BidsLayout::prepare(const ValidatedGraph& graph, const std::vector<Case>& cases, const fs::path& out) const {
  write_bids_description(out, {graph.name, FLOWRUN_VERSION, source_});
  for (const Case& one : cases)
    for (const NodeFile& file : files_of_case(graph, one, out))
      if (const fs::path path = file.path; file.role == PathRole::output && path.has_parent_path())
        fs::create_directories(path.parent_path());
}

std::vector<fs::path> BidsLayout::own_files(const fs::path& out) const {
  return {out / "dataset_description.json", out / ".bidsignore"};
}

void BidsLayout::describe(const ValidatedGraph& graph, const Case& one, const fs::path& out) const {
  write_bids_sidecars(graph, one, out, source_);
}

std::string BidsLayout::description_of(const ValidatedGraph& graph, const NodeFile& file) const {
  for (const ValidatedNode& node : graph.nodes)
    for (const ParamExpression& param : node.params)
      if (node.id == file.node && param.name == file.parameter && param.bids) return bids_sidecar_of(file.path);
  return "";
}

}  // namespace flowrun
