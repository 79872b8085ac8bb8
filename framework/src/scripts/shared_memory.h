#pragma once

#include <cstddef>
#include <span>

namespace flowrun::scripts {

/// Memory that this process and one other see, without a name. It grows and never shrinks, so that neither can take it away from
/// the other. Throws Error.
class SharedMemory {
 public:
  SharedMemory();
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  int descriptor() const { return descriptor_; }
  /// At least so many bytes, to be written.
  std::span<std::byte> room_for(std::size_t bytes);
  /// All of it, as far as it has grown.
  std::span<const std::byte> all();

 private:
  void map(std::size_t bytes);

  int descriptor_ = -1;
  std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace flowrun::scripts
