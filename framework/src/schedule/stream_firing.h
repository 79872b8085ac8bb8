// The state of a firing that collects or streams, between its steps.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "schedule/item.h"
#include "schedule/meter.h"
#include "schedule/payload_list.h"
#include "schedule/planned_node.h"

namespace flowrun::schedule {

/// One firing of a node that collects or streams. Any thread may bring it an item, an end or a credit; one work at a time takes
/// steps.
struct StreamFiring {
  enum class Phase { waiting, collecting, streaming, ended };
  enum class Step { none, accept, finish, next, fail, leave_out };

  struct Collected {
    struct Entry {
      Packet packet;
      ItemRef chunk;  ///< keeps the chunk's credit until it is accepted; empty for cases
    };
    std::map<std::int64_t, Entry> arrived;  ///< those that cannot be accepted yet, by index
    std::int64_t accepted = 0;
    std::int64_t total = -1;  ///< known when the stream has ended
    bool complete() const { return total >= 0 && accepted >= total; }
  };

  StreamFiring(PlannedNode& owner, Item& at);

  PlannedNode& node;
  Item& item;
  Meter meter;
  std::atomic<std::int64_t> produced{0};  ///< chunks; written by the work that takes steps
  std::mutex mutex;                       ///< guards what follows; never held while node code runs
  Phase phase = Phase::waiting;
  bool busy = false;  ///< a work for it is queued or running
  std::unique_ptr<Firing> firing;
  PayloadList inputs;
  ErrorPtr error;                             ///< set by anybody; the work that takes steps acts on it
  bool absent = false;                        ///< a stream that it collects is absent: likewise
  std::vector<Collected> collected;           ///< by collected slot
  std::int64_t in_flight = 0, expected = -1;  ///< chunks

  /// The next thing to do; call with the mutex held. `which` is the collected slot for accept.
  Step next_step(std::size_t& which) const;
};

}  // namespace flowrun::schedule
