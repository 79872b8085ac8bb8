#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace flowrun::cnn::dense {

/// Where arrays that the kernels load begin: at a cache line, so that no vector lies across two.
inline constexpr std::align_val_t kAlignment{64};

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kAlignment)); }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, kAlignment); }
  bool operator==(const AlignedAllocator&) const { return true; }
};

using AlignedFloats = std::vector<float, AlignedAllocator<float>>;

/// Memory that is not cleared and grows when asked.
class Buffer {
 public:
  /// What it held before is lost when it grows.
  float* of_size(std::size_t floats) {
    if (floats > size_) {
      memory_.reset();  // before the new memory is taken, so that both are never held
      size_ = 0;
      memory_.reset(static_cast<float*>(::operator new(floats * sizeof(float), kAlignment)));
      size_ = floats;
    }
    return memory_.get();
  }
  float* data() const { return memory_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* memory) const { ::operator delete(memory, kAlignment); }
  };
  std::unique_ptr<float, Free> memory_;
  std::size_t size_ = 0;
};

}  // namespace flowrun::cnn::dense
