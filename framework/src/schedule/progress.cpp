// A look at a run from another thread.
#include "schedule/engine.h"

namespace flowrun::schedule {

/// The running cases with what threads do for them. Call with the mutex held.
void Engine::add_running(Progress& progress) const {
  const Clock::time_point time = Clock::now();
  for (const CaseItem* item : live_) {
    progress.running.push_back({item->spec.name, std::chrono::duration<double>(time - item->started).count(), {}});
    for (const Now& now : now_) {
      const std::uint64_t seen = now.node_and_case.load(std::memory_order_relaxed);
      const auto node = static_cast<std::size_t>(seen >> 32);
      if (node == 0 || (seen & 0xFFFFFFFF) != static_cast<std::uint64_t>(item->index + 1)) continue;
      progress.running.back().steps.push_back({graph_->nodes[node - 1].id, now.chunk.load(std::memory_order_relaxed)});
    }
  }
}

Progress Engine::progress() const {
  Progress progress;
  const std::lock_guard lock(mutex_);
  progress.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  progress.cases_total = static_cast<std::int64_t>(results_.size());
  progress.cases_done = done_count_;
  progress.cases_failed = failed_count_;
  progress.cases_running = static_cast<std::int64_t>(live_.size());
  progress.done_case_seconds = done_seconds_;
  progress.failed_case_seconds = failed_seconds_;
  add_running(progress);
  for (const CaseItem* item : live_) {
    for (const auto& state : item->stream_firings) {
      const std::lock_guard state_lock(state->mutex);
      if (state->phase != StreamFiring::Phase::streaming) continue;
      progress.streams.push_back({state->node.spec->id, item->spec.name, state->produced - state->in_flight, state->expected});
    }
  }
  const std::lock_guard meters_lock(meters_mutex_);
  for (const Meter* meter : meters_) {
    const double seconds = std::chrono::duration<double>(Clock::now() - meter->began).count();
    progress.firings.push_back({meter->node.spec->id, std::string(case_name_of(meter->item)), meter->fraction, seconds});
  }
  return progress;
}

/// From any thread of a firing.
void Engine::advance(Meter& meter, double fraction) {
  if (!meter.raise(fraction)) return;
  const std::lock_guard lock(meters_mutex_);
  meter.began = tls_handoff ? tls_handoff->clock.last() : Clock::now();
  meters_.push_back(&meter);
}

void Engine::forget(const Meter& meter) {
  if (!meter.used()) return;
  const std::lock_guard lock(meters_mutex_);
  std::erase(meters_, &meter);
}

}  // namespace flowrun::schedule
