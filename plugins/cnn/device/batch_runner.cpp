#include "batch_runner.h"

#include <algorithm>
#include <utility>

#include "flowrun/sdk/error.h"

namespace flowrun::cnn::device {
namespace {

constexpr const char* kWayOut = "; free memory on it, or run the node on the CPU";

}  // namespace

BatchRunner::BatchRunner(int lanes, BatchLimits& limits, std::function<void()> release_memory)
    : limits_(limits), release_memory_(std::move(release_memory)) {
  for (int lane = lanes; lane > 0; --lane) free_lanes_.push_back(lane - 1);
}

void BatchRunner::add(std::shared_ptr<Job> job) {
  jobs_.push_back(std::make_unique<Entry>());
  jobs_.back()->job = std::move(job);
}

void BatchRunner::step() {
  while (!free_lanes_.empty() && submit_next()) {
  }
  prepare_next();
  if (!flights_.empty()) take_oldest();
  end_jobs();
}

/// False when it must wait until the device has nothing else to do. A failure is kept in the entry.
bool BatchRunner::prepare(Entry& entry) {
  if (entry.is_prepared || entry.failure) return true;
  try {
    entry.job->prepare();
    entry.is_prepared = true;
  } catch (const OutOfMemory& failure) {
    if (!flights_.empty()) return false;
    entry.failure = std::make_exception_ptr(Error("the device's memory does not suffice for what is sent before any batch (" +
                                                  std::string(failure.what()) + ")" + kWayOut));
  } catch (...) {
    entry.failure = std::current_exception();
  }
  return true;
}

/// Sends the next job's data while the batches of this one are at work.
void BatchRunner::prepare_next() {
  if (jobs_.size() > 1 && !flights_.empty()) prepare(*jobs_[1]);
}

std::optional<BatchRunner::Range> BatchRunner::next_range(Entry& entry) {
  if (entry.failure || entry.job->cancelled()) return std::nullopt;
  const std::int64_t size = limits_.allowed(entry.job->kind(), entry.job->batch());
  if (!entry.again.empty()) {
    Range& rest = entry.again.back();
    const Range range{rest.first, std::min(size, rest.count)};
    rest = {rest.first + range.count, rest.count - range.count};
    if (rest.count == 0) entry.again.pop_back();
    return range;
  }
  const Range range{entry.next, std::min(size, entry.job->count() - entry.next)};
  if (range.count <= 0) return std::nullopt;
  entry.next += range.count;
  return range;
}

/// False when no job has anything left to submit now.
bool BatchRunner::submit_next() {
  for (const auto& entry : jobs_) {
    if (!prepare(*entry)) return false;
    if (const auto range = next_range(*entry)) {
      submit(*entry, *range);
      return true;
    }
  }
  return false;
}

void BatchRunner::submit(Entry& entry, const Range& range) {
  const int lane = free_lanes_.back();
  try {
    entry.job->submit(range.first, range.count, lane);
  } catch (const OutOfMemory& failure) {
    return too_large(entry, range, failure.what());
  } catch (...) {
    entry.failure = std::current_exception();
    return;
  }
  free_lanes_.pop_back();
  ++entry.in_flight;
  flights_.push_back({&entry, range, lane});
}

void BatchRunner::take_oldest() {
  Flight flight = flights_.front();
  flights_.pop_front();
  take(flight);
}

void BatchRunner::take(Flight& flight) {
  Entry& entry = *flight.entry;
  std::optional<std::string> too_large_because;
  try {
    const bool is_done = entry.job->take(flight.lane);
    tell_busy(*entry.job, flight.lane);
    if (!is_done) return flights_.push_back(flight);
  } catch (const OutOfMemory& failure) {
    too_large_because = failure.what();
  } catch (...) {
    if (!entry.failure) entry.failure = std::current_exception();
  }
  --entry.in_flight;
  free_lanes_.push_back(flight.lane);
  if (too_large_because) too_large(entry, flight.range, *too_large_because);
}

/// The batches in flight hold memory too, so they end before the next try.
void BatchRunner::too_large(Entry& entry, const Range& range, const std::string& reason) {
  entry.again.push_back(range);
  const bool was_alone = flights_.empty();
  drain();
  if (release_memory_) release_memory_();
  if (limits_.lower(entry.job->kind(), range.count) || !was_alone || entry.failure) return;
  entry.failure =
      std::make_exception_ptr(Error("the device's memory does not suffice for a batch of one (" + reason + ")" + kWayOut));
}

void BatchRunner::drain() {
  while (!flights_.empty()) take_oldest();
}

void BatchRunner::tell_busy(Job& job, int lane) {
  Busy busy = job.busy(lane);
  busy.begin = std::max(busy.begin, busy_until_);
  if (busy.end <= busy.begin) return;
  busy_until_ = busy.end;
  job.worked(busy);
}

void BatchRunner::end_jobs() {
  for (auto entry = jobs_.begin(); entry != jobs_.end();) {
    Entry& one = **entry;
    const bool dropped = one.failure || one.job->cancelled();
    const bool done = one.is_prepared && one.next >= one.job->count() && one.again.empty();
    if (one.in_flight > 0 || !(dropped || done)) {
      ++entry;
      continue;
    }
    const std::shared_ptr<Job> job = std::move(one.job);
    const std::exception_ptr failure = one.failure;
    entry = jobs_.erase(entry);
    job->finished(failure);
  }
}

}  // namespace flowrun::cnn::device
