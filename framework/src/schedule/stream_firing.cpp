#include "schedule/stream_firing.h"

namespace flowrun::schedule {

StreamFiring::StreamFiring(PlannedNode& owner, Item& at)
    : node(owner), item(at), meter{*owner.spec, at}, collected(owner.collected_slots.size()) {}

StreamFiring::Step StreamFiring::next_step(std::size_t& which) const {
  if (phase == Phase::waiting || phase == Phase::ended) return Step::none;
  if (error) return Step::fail;
  if (absent) return Step::leave_out;
  if (phase == Phase::streaming) return in_flight < node.credits ? Step::next : Step::none;
  // Index by index, and within an index port by port, so that the order does not depend on the threads.
  const Collected* first = nullptr;
  for (const Collected& port : collected)
    if (!port.complete() && (!first || port.accepted < first->accepted)) first = &port;
  if (!first) return Step::finish;
  which = static_cast<std::size_t>(first - collected.data());
  return first->arrived.count(first->accepted) ? Step::accept : Step::none;
}

}  // namespace flowrun::schedule
