#pragma once

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "batch_limits.h"
#include "job.h"

namespace flowrun::cnn::device {

/// Takes jobs through a device in their order, with a batch in flight on every lane: while the host waits for one, the device has
/// the next. The last batches of a job and the first of the next are in flight together. One thread at a time.
class BatchRunner {
 public:
  /// `limits` outlives the runner. `release_memory` gives back what the device's allocator keeps; called before a batch is tried
  /// again.
  BatchRunner(int lanes, BatchLimits& limits, std::function<void()> release_memory = {});

  void add(std::shared_ptr<Job> job);
  bool is_idle() const { return jobs_.empty(); }
  /// Whether another job could be prepared now, while the device works.
  bool wants_job() const { return jobs_.size() < 2; }
  /// Fills the free lanes, then waits for the oldest batch. Jobs that are done hear so. Call while not idle.
  void step();

 private:
  struct Range {
    std::int64_t first, count;
  };
  struct Entry {
    std::shared_ptr<Job> job;
    std::int64_t next = 0;     ///< first item that was never submitted
    std::vector<Range> again;  ///< items whose batch was too large
    int in_flight = 0;
    bool is_prepared = false;
    std::exception_ptr failure;
  };
  struct Flight {
    Entry* entry;
    Range range;
    int lane;
  };

  bool prepare(Entry& entry);
  void prepare_next();
  bool submit_next();
  std::optional<Range> next_range(Entry& entry);
  void submit(Entry& entry, const Range& range);
  void take_oldest();
  void take(Flight& flight);
  void too_large(Entry& entry, const Range& range, const std::string& reason);
  void drain();
  void tell_busy(Job& job, int lane);
  void end_jobs();

  BatchLimits& limits_;
  std::function<void()> release_memory_;
  std::vector<int> free_lanes_;
  std::deque<std::unique_ptr<Entry>> jobs_;
  std::deque<Flight> flights_;  ///< oldest first
  Clock::time_point busy_until_{};
};

}  // namespace flowrun::cnn::device
