// The items of the three scopes.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schedule/exact_sum.h"
#include "schedule/item.h"
#include "schedule/stream_firing.h"

namespace flowrun::schedule {

class Admission;
class Router;
struct CaseLedger;

class RunItem final : public Item {
 public:
  RunItem() : Item(Scope::run, 0, nullptr) {}
  void ended() override {}  // its run owns it
};

class CaseItem final : public Item {
 public:
  CaseItem(Admission& admission, Item& run, std::int64_t case_index, const Case& of, CaseLedger* costs)
      : Item(Scope::per_case, case_index, &run), spec(of), ledger(costs), started(Clock::now()), admission_(admission) {}
  void ended() override;

  const Case& spec;
  CaseLedger* const ledger;
  const Clock::time_point started;
  KeptCase kept;                       ///< set before its first firing
  std::atomic<bool> stopped{false};    ///< a node failed: what is left of the case is skipped
  std::atomic<bool> cancelled{false};  ///< something was skipped because the run was cancelled
  std::mutex mutex;                    ///< guards what follows
  std::vector<CaseError> errors;
  ErrorPtr first_error;
  std::map<std::pair<std::size_t, std::string>, ExactSum> reports;  ///< by node and name
  std::vector<std::pair<std::size_t, std::string>> warnings;  ///< (node, sentence)
  std::map<std::size_t, std::string> left_out;  ///< nodes that did not run, and why; no reason: what they need is left out
  std::map<std::size_t, Params> params;         ///< of the nodes whose parameters vary; entries never move

 private:
  Admission& admission_;
};

/// The case that an item belongs to, or is; null for the run.
inline CaseItem* case_of(const Item& item) {
  Item* const of = item.scope == Scope::chunk ? item.parent : const_cast<Item*>(&item);
  return item.scope == Scope::run ? nullptr : static_cast<CaseItem*>(of);
}

/// Empty for the run.
inline std::string_view case_name_of(const Item& item) {
  const CaseItem* const of = case_of(item);
  return of ? std::string_view(of->spec.name) : std::string_view();
}

class ChunkItem final : public Item {
 public:
  ChunkItem(Router& router, StreamFiring& stream, std::int64_t chunk_index)
      : Item(Scope::chunk, chunk_index, &stream.item), router_(router), stream_(stream), case_(&stream.item) {
    uses = stream.item.uses;
  }
  void ended() override;

 private:
  Router& router_;
  StreamFiring& stream_;
  ItemRef case_;  ///< keeps the case from ending before its chunks
};

}  // namespace flowrun::schedule
