#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "flowrun/host/node_results.h"

namespace flowrun {

/// Kept results that are asked for before the nodes are opened: one that no case runs need not be opened, nor its library loaded.
/// For so few cases that all may be in memory at a time.
class FoundResults final : public NodeResults {
 public:
  FoundResults(std::shared_ptr<NodeResults> kept, const std::vector<Case>& cases);
  KeptCase find(const Case& one) override;
  void keep(const MadeResult& made) override { kept_->keep(made); }
  /// Whether that node runs in one of the cases.
  bool runs(std::size_t node) const;

 private:
  std::shared_ptr<NodeResults> kept_;
  std::mutex mutex_;
  std::map<std::string, KeptCase> found_;  ///< by case, until the run asks for it
};

}  // namespace flowrun
