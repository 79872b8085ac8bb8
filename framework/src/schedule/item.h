// The items of the scopes while they are alive: the run, its cases, their chunks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "flowrun/host/runtime.h"
#include "flowrun/sdk/node_type.h"
#include "flowrun/sdk/payload.h"

namespace flowrun::schedule {

using Clock = std::chrono::steady_clock;
inline std::int64_t nanoseconds(Clock::duration span) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(span).count();
}

using ErrorPtr = std::shared_ptr<const CaseError>;

/// What travels along an edge: a payload, or the error that took its place; neither: there is nothing in this case (absent).
struct Packet {
  PayloadPtr payload;
  ErrorPtr error;
  bool is_absent() const { return !payload && !error; }
};

struct Work;
struct StreamFiring;

/// The plain inputs of one firing, while some are still missing.
struct Join {
  std::vector<Packet> packets;
  std::atomic<int> missing{0};
};

/// The inputs that a node gets once for all firings below one coarser item. Firings wait here until all have come.
struct Gate {
  std::mutex mutex;
  std::vector<std::pair<std::size_t, Packet>> packets;  ///< (slot, packet)
  int missing = 0;
  std::vector<Work*> waiting;
};

/// One item of a scope. It lives while work for it is queued, running or waiting: each such work has a reference. When the last
/// goes, the item has ended: a chunk's credit returns to its stream, a case is complete.
class Item {
 public:
  Item(Scope item_scope, std::int64_t item_index, Item* of) : scope(item_scope), index(item_index), parent(of) {}
  virtual ~Item() = default;
  Item(const Item&) = delete;
  Item& operator=(const Item&) = delete;

  const Scope scope;
  const std::int64_t index;
  Item* const parent;                                         ///< of the next coarser scope; null for the run
  std::unique_ptr<Join[]> joins;                              ///< by PlannedNode::join_index
  std::unique_ptr<Gate[]> gates;                              ///< by PlannedNode::gate_index
  std::vector<std::shared_ptr<StreamFiring>> stream_firings;  ///< by PlannedNode::stream_index; no other owner
  const NodeUse* uses = nullptr;                              ///< by node, where results of earlier runs are used; null: all run

  /// Called once, when the last reference is gone; deletes the item or keeps it.
  virtual void ended() = 0;

  void acquire() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) ended();
  }

 private:
  std::atomic<int> references_{0};
};

class ItemRef {
 public:
  ItemRef() = default;
  explicit ItemRef(Item* item) : item_(item) {
    if (item_) item_->acquire();
  }
  ItemRef(const ItemRef& other) : ItemRef(other.item_) {}
  ItemRef(ItemRef&& other) noexcept : item_(std::exchange(other.item_, nullptr)) {}
  ItemRef& operator=(ItemRef other) noexcept {
    std::swap(item_, other.item_);
    return *this;
  }
  ~ItemRef() {
    if (item_) item_->release();
  }
  Item* get() const { return item_; }
  explicit operator bool() const { return item_ != nullptr; }
  Item* operator->() const { return item_; }

 private:
  Item* item_ = nullptr;
};

/// The item of a coarser scope that an item belongs to (or itself).
inline Item* ancestor(Item* item, Scope scope) {
  while (item->scope != scope) item = item->parent;
  return item;
}

}  // namespace flowrun::schedule
