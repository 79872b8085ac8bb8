#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

namespace flowrun::cnn::device {

using Clock = std::chrono::steady_clock;

/// The device's memory did not suffice for a batch: it is done again in smaller ones. Its text is what the device said.
struct OutOfMemory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// When the device worked on a batch.
struct Busy {
  Clock::time_point begin, end;
};

/// Many items that go through a device in batches, such as the patches of a chunk through a network. All calls come from one
/// thread at a time: the device's own, or the one that drives a BatchRunner. Several batches of a job, and of several jobs, are
/// in flight at once, each on a lane (a stream) of its own; a lane has one batch.
class Job {
 public:
  virtual ~Job() = default;

  virtual std::int64_t count() const = 0;  ///< items
  virtual std::int64_t batch() const = 0;  ///< items that may go through at a time, at least 1
  /// What a batch size that had to be cut down is remembered for: jobs of the same kind take the same memory for each item.
  virtual std::string kind() const = 0;
  virtual bool cancelled() const { return false; }

  /// Once, before the first batch: sends what all batches share. Called one job ahead, while batches of the job before are in
  /// flight, so it does not wait for the device. May throw OutOfMemory; then it is called again when the device has nothing else
  /// to do.
  virtual void prepare() {}

  /// Gives items first .. first + count - 1 to the device and does not wait for it.
  virtual void submit(std::int64_t first, std::int64_t count, int lane) = 0;

  /// Waits for the lane's batch. True: its results are taken, the lane is free. False: a further step of the batch has been
  /// submitted on the lane. Either may throw OutOfMemory, and then the batch's items are submitted again.
  virtual bool take(int lane) = 0;

  /// When the device worked on what `take` has just waited for.
  virtual Busy busy(int lane) const = 0;
  /// The same, less what it had in common with what was taken before: these times never overlap.
  virtual void worked(const Busy&) {}

  /// Once, at the end, when nothing of the job is in flight: null (done, or cancelled and given up), or why it failed. Does not
  /// throw.
  virtual void finished(std::exception_ptr failure) = 0;
};

}  // namespace flowrun::cnn::device
