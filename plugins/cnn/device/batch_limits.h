#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace flowrun::cnn::device {

/// Batch sizes that a device's memory allows, by kind of job, as far as they had to be cut down. Any thread.
class BatchLimits {
 public:
  /// The batch size for a job that would like `wanted`.
  std::int64_t allowed(const std::string& kind, std::int64_t wanted) const;
  /// A batch of `failed` items was too large: half of it is the limit from now on. False when nothing smaller is left.
  bool lower(const std::string& kind, std::int64_t failed);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t> limits_;
};

}  // namespace flowrun::cnn::device
