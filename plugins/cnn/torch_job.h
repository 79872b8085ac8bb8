#pragma once

#include <functional>
#include <vector>

#include "device/job.h"
#include "common/torch/streams.h"

namespace flowrun::cnn {

/// A job whose batches are LibTorch's operations on the streams of a device.
class TorchJob : public device::Job {
 public:
  bool cancelled() const final { return cancelled_ && cancelled_(); }
  void prepare() final;
  void submit(std::int64_t first, std::int64_t count, int lane) final;
  bool take(int lane) final;
  device::Busy busy(int lane) const final { return busy_[static_cast<std::size_t>(lane)]; }
  void worked(const device::Busy& busy) final;
  void finished(std::exception_ptr failure) final;

  /// Both are called on the thread that drives the job, until it is finished.
  void watch(std::function<bool()> cancelled, std::function<void(const device::Busy&)> span);
  void on_finished(std::function<void(std::exception_ptr)> call) { on_finished_ = std::move(call); }
  double busy_seconds() const { return busy_seconds_; }  ///< of the device, when finished

 protected:
  /// The streams outlive the job.
  explicit TorchJob(tensor::Streams& streams) : streams_(streams), busy_(static_cast<std::size_t>(streams.lanes())) {}
  c10::Device device() const { return streams_.device(); }

 private:
  /// Operations on the stream for copies, before any batch.
  virtual void send() {}
  /// Operations of a batch, on its lane's stream.
  virtual void start(std::int64_t first, std::int64_t count, int lane) = 0;
  /// Takes the results of what was started; true when the batch needs a further step, which `go_on` then starts.
  virtual bool end(int lane) = 0;
  virtual void go_on(int /*lane*/) {}
  /// The batch is over, or has failed: what it kept on the device goes.
  virtual void drop(int /*lane*/) {}
  /// No batch is left: what they shared on the device goes, before the outputs are made.
  virtual void leave() {}

  template <class Operations>
  void on_device(int lane, Operations&& operations);
  void settle(int lane) noexcept;

  tensor::Streams& streams_;
  std::function<bool()> cancelled_;
  std::function<void(const device::Busy&)> span_;
  std::function<void(std::exception_ptr)> on_finished_;
  std::vector<device::Busy> busy_;  ///< by lane
  double busy_seconds_ = 0;
};

}  // namespace flowrun::cnn
