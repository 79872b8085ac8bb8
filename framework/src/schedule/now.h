#pragma once

#include <atomic>
#include <cstdint>

#include "schedule/case_item.h"

namespace flowrun::schedule {

/// What a thread is calling, for whoever looks at the run meanwhile: two stores for each call. Indices and no pointers, so that a
/// look may come too late; node and case are of one moment, the chunk may be of the next.
struct alignas(64) Now {
  std::atomic<std::uint64_t> node_and_case{0};  ///< index + 1 of each; the case's in the low half; 0: nothing, or of the run
  std::atomic<std::int64_t> chunk{-1};

  static std::uint64_t packed(std::size_t node, const Item& item) {
    const CaseItem* const of = case_of(item);
    const auto case_number = static_cast<std::uint64_t>(of ? of->index + 1 : 0);
    return (static_cast<std::uint64_t>(node + 1) << 32) | case_number;
  }
  void set(std::size_t node, const Item& item) {
    node_and_case.store(packed(node, item), std::memory_order_relaxed);
    chunk.store(item.scope == Scope::chunk ? item.index : -1, std::memory_order_relaxed);
  }
  void clear() { node_and_case.store(0, std::memory_order_relaxed); }
};

}  // namespace flowrun::schedule
