#include "common/torch/streams.h"

#include <thread>

namespace flowrun::tensor {
namespace {

/// Milliseconds between two events, where this LibTorch's events give them (since 2.4).
template <class Event>
std::optional<double> milliseconds(const Event& from, const Event& to) {
  if constexpr (requires { from.elapsedTime(to); }) return from.elapsedTime(to);
  else return std::nullopt;
}

void wait_for(const c10::Event& event) {
  while (!event.query()) std::this_thread::sleep_for(std::chrono::microseconds(50));
}

}  // namespace

Streams::Streams(c10::Device device, int lanes) : device_(device), lanes_(static_cast<std::size_t>(lanes)) {
  if (device.is_cpu()) return;
  const c10::impl::VirtualGuardImpl guard(device.type());
  copies_ = guard.getStreamFromGlobalPool(device);
  sent_ = new_event();
  for (Lane& lane : lanes_) {
    lane.stream = guard.getStreamFromGlobalPool(device);
    lane.begun = new_event();
    lane.ended = new_event();
  }
  set_origin();
}

std::optional<c10::Event> Streams::new_event() const {
  return std::optional<c10::Event>(std::in_place, device_.type(), c10::EventFlag::BACKEND_DEFAULT);
}

/// The moment from which the device's clock is read.
void Streams::set_origin() {
  origin_ = new_event();
  const Guard guard = on_copies();
  origin_->record(*copies_);
  wait_for(*origin_);
  origin_time_ = Clock::now();
}

Streams::Guard Streams::on_lane(int lane) const {
  const auto& stream = lanes_[static_cast<std::size_t>(lane)].stream;
  return stream ? Guard(std::in_place, *stream) : Guard();
}

Streams::Guard Streams::on_copies() const { return copies_ ? Guard(std::in_place, *copies_) : Guard(); }

void Streams::sent() {
  if (copies_) sent_->record(*copies_);
}

void Streams::begin(int number) {
  Lane& lane = lanes_[static_cast<std::size_t>(number)];
  lane.host.begin = Clock::now();
  if (!lane.stream) return;
  if (sent_->was_marked_for_recording()) sent_->block(*lane.stream);
  lane.begun->record(*lane.stream);
}

void Streams::end(int number) {
  Lane& lane = lanes_[static_cast<std::size_t>(number)];
  if (lane.stream) lane.ended->record(*lane.stream);
}

void Streams::wait(int number) const {
  Lane& lane = lanes_[static_cast<std::size_t>(number)];
  if (lane.stream) wait_for(*lane.ended);
  lane.host.end = Clock::now();
}

Streams::Times Streams::times(int number) const {
  const Lane& lane = lanes_[static_cast<std::size_t>(number)];
  if (!lane.stream) return lane.host;
  const auto from = milliseconds(*origin_, *lane.begun), to = milliseconds(*origin_, *lane.ended);
  if (!from || !to) return lane.host;
  const auto at = [&](double ms) {
    return origin_time_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(ms));
  };
  return {at(*from), at(*to)};
}

}  // namespace flowrun::tensor
