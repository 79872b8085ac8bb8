#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// A device's streams: one for each lane of batches, and one on which data goes ahead. On the CPU, where work is done at once,
/// the same calls do nothing but read the clock. One thread at a time.
class Streams {
 public:
  using Clock = std::chrono::steady_clock;
  struct Times {
    Clock::time_point begin, end;
  };

  Streams(c10::Device device, int lanes);

  c10::Device device() const { return device_; }
  int lanes() const { return static_cast<int>(lanes_.size()); }

  /// While it lives, LibTorch's operations on this thread go to the stream.
  using Guard = std::optional<c10::StreamGuard>;
  Guard on_lane(int lane) const;
  Guard on_copies() const;

  /// Around what is put on the stream for copies; lanes begin after it.
  void sent();
  /// Around a lane's batch.
  void begin(int lane);
  void end(int lane);
  /// Until the lane's batch is done. Sleeps between looks: the CPU has other work.
  void wait(int lane) const;
  /// When the device was at the batch that was waited for; host times of begin and wait where the device gives none.
  Times times(int lane) const;

 private:
  struct Lane {
    std::optional<c10::Stream> stream;
    std::optional<c10::Event> begun, ended;
    Times host;
  };
  std::optional<c10::Event> new_event() const;
  void set_origin();

  c10::Device device_;
  std::optional<c10::Stream> copies_;
  std::optional<c10::Event> sent_, origin_;
  Clock::time_point origin_time_;
  mutable std::vector<Lane> lanes_;
};

}  // namespace flowrun::tensor
