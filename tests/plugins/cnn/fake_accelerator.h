// A device of the tests, which LibTorch knows by its guard alone: streams and events that note what is asked of them. Tensors
// cannot lie on it.
#pragma once

#include <string>
#include <vector>

#include "common/torch/torch_headers.h"

namespace flowrun::testing {

struct FakeEvent {
  int number = 0;
  double at_ms = 0;  ///< by the device's clock, which goes on by 10 ms with each record
  int looks = 0;     ///< how often it is still said not to be over
};

/// Of the process. One thread at a time.
struct FakeAccelerator {
  std::vector<std::string> happened;
  int streams = 0, events = 0;
  int looks = 2;  ///< of events to come
  double clock_ms = 0;
  double over_ms = 0;  ///< what was recorded until then is over
  c10::StreamId current = 0;

  static FakeAccelerator& one() {
    static FakeAccelerator accelerator;
    return accelerator;
  }
  static c10::Device device() { return {c10::kPrivateUse1, 0}; }
  void note(const std::string& text) { happened.push_back(text); }
};

class FakeGuard final : public c10::impl::DeviceGuardImplInterface {
 public:
  c10::DeviceType type() const override { return c10::kPrivateUse1; }
  c10::Device exchangeDevice(c10::Device) const override { return FakeAccelerator::device(); }
  c10::Device getDevice() const override { return FakeAccelerator::device(); }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }

  c10::Stream getStream(c10::Device) const noexcept override { return stream(FakeAccelerator::one().current); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return stream(++FakeAccelerator::one().streams); }
  c10::Stream exchangeStream(c10::Stream next) const noexcept override {
    return stream(std::exchange(FakeAccelerator::one().current, next.id()));
  }

  void record(void** event, const c10::Stream& on, const c10::DeviceIndex, const c10::EventFlag) const override {
    FakeAccelerator& one = FakeAccelerator::one();
    if (!*event) *event = new FakeEvent{++one.events};
    auto* const noted = static_cast<FakeEvent*>(*event);
    noted->at_ms = one.clock_ms += 10;
    noted->looks = one.looks;
    one.note("record " + std::to_string(noted->number) + " on " + std::to_string(on.id()));
  }
  void block(void* event, const c10::Stream& on) const override {
    FakeAccelerator::one().note(std::to_string(on.id()) + " after " + name(event));
  }
  bool queryEvent(void* event) const override {
    FakeAccelerator& one = FakeAccelerator::one();
    auto* const asked = static_cast<FakeEvent*>(event);
    if (asked->at_ms <= one.over_ms) return true;
    if (asked->looks-- > 0) return false;
    one.over_ms = asked->at_ms;
    one.note("over " + name(event));
    return true;
  }
  void destroyEvent(void* event, const c10::DeviceIndex) const noexcept override { delete static_cast<FakeEvent*>(event); }
  /// An override since LibTorch 2.4.
  double elapsedTime(void* from, void* to, const c10::DeviceIndex) const {
    return static_cast<FakeEvent*>(to)->at_ms - static_cast<FakeEvent*>(from)->at_ms;
  }

 private:
  static c10::Stream stream(c10::StreamId id) { return c10::Stream(c10::Stream::UNSAFE, FakeAccelerator::device(), id); }
  static std::string name(void* event) { return std::to_string(static_cast<FakeEvent*>(event)->number); }
};

}  // namespace flowrun::testing
