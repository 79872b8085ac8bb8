#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "batch_runner.h"

namespace flowrun::cnn::device {

/// What a device's queue needs to know of it.
struct DeviceSetup {
  int lanes = 2;                         ///< batches in flight
  std::function<void()> enter;           ///< on the queue's thread, before anything else
  std::function<void()> release_memory;  ///< see BatchRunner
};

/// One device and the thread that submits to it. Jobs begin in the order in which they were added. Destruction waits for those
/// added.
class DeviceQueue {
 public:
  explicit DeviceQueue(DeviceSetup setup);
  ~DeviceQueue();
  DeviceQueue(const DeviceQueue&) = delete;
  DeviceQueue& operator=(const DeviceQueue&) = delete;

  void add(std::shared_ptr<Job> job);  ///< any thread; returns at once
  void run(std::shared_ptr<Job> job);  ///< waits; throws what the job failed with
  BatchLimits& limits() { return limits_; }

 private:
  void work();
  bool take_jobs(BatchRunner& runner);

  DeviceSetup setup_;
  BatchLimits limits_;
  std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> waiting_;
  bool closed_ = false;
  std::thread thread_;  ///< last: it uses all of the above
};

/// Hands jobs to several devices in turn.
template <class Device>
class RoundRobin {
 public:
  explicit RoundRobin(std::vector<std::shared_ptr<Device>> devices) : devices_(std::move(devices)) {}
  /// The device for the next job. Any thread.
  const std::shared_ptr<Device>& next() { return devices_[next_.fetch_add(1, std::memory_order_relaxed) % devices_.size()]; }
  const std::vector<std::shared_ptr<Device>>& all() const { return devices_; }

 private:
  std::vector<std::shared_ptr<Device>> devices_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace flowrun::cnn::device
