// Nodes that take all cases of a run when the cases are split over shards: each shard keeps the items of its cases in files, and
// a merge fires the nodes over all of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowrun/host/merge.h"

namespace flowrun {

/// What became of those nodes in a merge.
struct Collected {
  std::string waits_for;  ///< why they have not fired; empty: they have, now or in an earlier merge of the same items
  CaseRecord record;      ///< of what they made
};

/// Fires them over the items that the shards of a graph kept.
class ItemCollector {
 public:
  /// Takes the folder, as a run does, where there is something to collect; the records of the cases are read after that. Request
  /// and events must outlive this object.
  ItemCollector(const MergeRequest& request, const std::string& word, const CohortEvents& events);
  ~ItemCollector();
  /// When all cases of the records, which are in the order of the cases, have ended. Nothing: the shards' graph has no such
  /// nodes. Throws Error.
  std::optional<Collected> run(std::vector<CaseRecord> records);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace flowrun
