#include "torch_job.h"

#include <utility>

#include "common/torch/inference.h"

namespace flowrun::cnn {
namespace {

/// Memory that runs out becomes the failure that makes batches smaller. On the CPU nothing can make room.
template <class Operations>
void with_memory_failures(c10::Device device, Operations&& operations) {
  try {
    operations();
  } catch (const c10::Error& failure) {
    if (device.is_cpu() || !tensor::is_out_of_memory(failure)) throw;
    throw device::OutOfMemory(tensor::short_reason(failure));
  }
}

}  // namespace

/// The lane is begun and ended around the operations; what they throw is reported as the runner knows it.
template <class Operations>
void TorchJob::on_device(int lane, Operations&& operations) {
  const tensor::InferenceScope scope(1);
  const auto guard = streams_.on_lane(lane);
  streams_.begin(lane);
  try {
    with_memory_failures(device(), operations);
  } catch (...) {
    settle(lane);
    drop(lane);
    throw;
  }
  streams_.end(lane);
}

/// What was put on the lane before the failure still reads what the job's batches share, which goes with the job.
void TorchJob::settle(int lane) noexcept {
  try {
    streams_.end(lane);
    streams_.wait(lane);
  } catch (const std::exception&) {  // the device itself has failed, and says so again to whoever uses it next
  }
}

void TorchJob::prepare() {
  const tensor::InferenceScope scope(1);
  const auto guard = streams_.on_copies();
  with_memory_failures(device(), [&] { send(); });
  streams_.sent();
}

void TorchJob::submit(std::int64_t first, std::int64_t count, int lane) {
  on_device(lane, [&] { start(first, count, lane); });
}

bool TorchJob::take(int lane) {
  streams_.wait(lane);
  const auto [begin, finish] = streams_.times(lane);
  busy_[static_cast<std::size_t>(lane)] = {begin, finish};
  if (end(lane)) {
    on_device(lane, [&] { go_on(lane); });
    return false;
  }
  drop(lane);
  return true;
}

void TorchJob::worked(const device::Busy& busy) {
  busy_seconds_ += std::chrono::duration<double>(busy.end - busy.begin).count();
  if (span_) span_(busy);
}

void TorchJob::watch(std::function<bool()> cancelled, std::function<void(const device::Busy&)> span) {
  cancelled_ = std::move(cancelled);
  span_ = std::move(span);
}

void TorchJob::finished(std::exception_ptr failure) {
  leave();
  cancelled_ = nullptr;
  span_ = nullptr;
  if (const auto call = std::exchange(on_finished_, nullptr)) call(failure);
}

}  // namespace flowrun::cnn
