#pragma once

#include <array>
#include <memory>
#include <utility>

#include "flowrun/sdk/payload.h"

namespace flowrun::schedule {

/// The payloads of one firing, by slot or port. Up to kInline of them need no allocation, which most firings would spend more time
/// on than on anything else.
class PayloadList {
 public:
  static constexpr std::size_t kInline = 2;

  PayloadList() = default;
  PayloadList(PayloadList&& other) noexcept { *this = std::move(other); }
  PayloadList& operator=(PayloadList&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    few_ = std::move(other.few_);
    more_ = std::move(other.more_);
    return *this;
  }

  /// Makes an empty list hold so many nulls.
  void resize(std::size_t size) {
    if (size > kInline) more_ = std::make_unique<PayloadPtr[]>(size);
    size_ = size;
  }
  void clear() {
    for (std::size_t i = 0; i < size_; ++i) data()[i].reset();
    more_.reset();
    size_ = 0;
  }
  bool empty() const { return size_ == 0; }
  PayloadPtr* data() { return more_ ? more_.get() : few_.data(); }
  const PayloadPtr* data() const { return more_ ? more_.get() : few_.data(); }
  PayloadPtr& operator[](std::size_t i) { return data()[i]; }
  const PayloadPtr& operator[](std::size_t i) const { return data()[i]; }

 private:
  std::size_t size_ = 0;
  std::array<PayloadPtr, kInline> few_;
  std::unique_ptr<PayloadPtr[]> more_;
};

}  // namespace flowrun::schedule
