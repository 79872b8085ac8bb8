#include "cohort/result_layout.h"

#include "cohort/bids/layout.h"

namespace flowrun {

namespace fs = std::filesystem;

std::string ResultLayout::fault_of(const fs::path&) const { return ""; }
void ResultLayout::prepare(const ValidatedGraph&, const std::vector<Case>&, const fs::path&) const {}
std::vector<fs::path> ResultLayout::own_files(const fs::path&) const { return {}; }
void ResultLayout::describe(const ValidatedGraph&, const Case&, const fs::path&) const {}
std::string ResultLayout::description_of(const ValidatedGraph&, const NodeFile&) const { return ""; }

std::shared_ptr<const ResultLayout> result_layout(const CaseRequest& request) {
  if (!request.bids.empty()) return std::make_shared<BidsLayout>(request.bids);
  return std::make_shared<ResultLayout>();
}

}  // namespace flowrun
