#include "schedule/meter.h"

#include "schedule/case_item.h"
#include "schedule/handoff.h"

namespace flowrun::schedule {

void Meters::advance(Meter& meter, double fraction) {
  if (!meter.raise(fraction)) return;
  const std::lock_guard lock(mutex_);
  meter.began = tls_handoff ? tls_handoff->clock.last() : Clock::now();
  meters_.push_back(&meter);
}

void Meters::forget(const Meter& meter) {
  if (!meter.used()) return;
  const std::lock_guard lock(mutex_);
  std::erase(meters_, &meter);
}

void Meters::add_to(Progress& progress) const {
  const std::lock_guard lock(mutex_);
  for (const Meter* meter : meters_) {
    const double seconds = std::chrono::duration<double>(Clock::now() - meter->began).count();
    progress.firings.push_back({meter->node.id, std::string(case_name_of(meter->item)), meter->fraction, seconds});
  }
}

}  // namespace flowrun::schedule
