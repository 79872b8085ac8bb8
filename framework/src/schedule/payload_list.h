#pragma once

#include <array>
#include <memory>
#include <utility>

#include "flowrun/sdk/payload.h"

namespace flowrun::schedule {

/// The payloads of one firing, by slot or port. Up to kInline of them need no allocation, which most firings would spend more
/// time on than on anything else.
class PayloadList {
 public:
  static constexpr std::size_t kInline = 2;

  PayloadList() = default;
  PayloadList(PayloadList&& other) noexcept { *this = std::move(other); }
  PayloadList& operator=(PayloadList&& other) noexcept {
    few_ = std::move(other.few_);
    more_ = std::move(other.more_);
    size_ = std::exchange(other.size_, 0);
    data_ = more_ ? more_.get() : few_.data();
    other.data_ = other.few_.data();
    return *this;
  }

  /// Makes an empty list hold so many nulls.
  void resize(std::size_t size) {
    if (size > kInline) grow(size);
    size_ = size;
  }
  void clear() {
    for (std::size_t i = 0; i < size_; ++i) data_[i].reset();
    size_ = 0;
    if (more_) shrink();
  }
  PayloadPtr* data() { return data_; }
  const PayloadPtr* data() const { return data_; }
  PayloadPtr& operator[](std::size_t i) { return data_[i]; }
  const PayloadPtr& operator[](std::size_t i) const { return data_[i]; }

 private:
  // Out of line, so that what happens at every firing stays small enough to be inlined.
  [[gnu::noinline]] void grow(std::size_t size) {
    more_ = std::make_unique<PayloadPtr[]>(size);
    data_ = more_.get();
  }
  [[gnu::noinline]] void shrink() {
    more_.reset();
    data_ = few_.data();
  }

  std::size_t size_ = 0;
  PayloadPtr* data_ = few_.data();
  std::array<PayloadPtr, kInline> few_;
  std::unique_ptr<PayloadPtr[]> more_;
};

}  // namespace flowrun::schedule
