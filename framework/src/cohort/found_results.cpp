#include "cohort/found_results.h"

#include <algorithm>

namespace flowrun {

FoundResults::FoundResults(std::shared_ptr<NodeResults> kept, const std::vector<Case>& cases) : kept_(std::move(kept)) {
  for (const Case& one : cases) found_.emplace(one.name, kept_->find(one));
}

KeptCase FoundResults::find(const Case& one) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = found_.find(one.name); found != found_.end()) return std::move(found_.extract(found).mapped());
  }
  return kept_->find(one);
}

bool FoundResults::runs(std::size_t node) const {
  return std::any_of(found_.begin(), found_.end(), [node](const auto& found) {
    const std::vector<NodeUse>& uses = found.second.uses;
    return uses.empty() || uses[node] == NodeUse::run;
  });
}

}  // namespace flowrun
