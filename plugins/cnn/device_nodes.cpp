#include "device_nodes.h"

#include <algorithm>

#include "common/torch/device.h"

namespace flowrun::cnn {

void NodeDevices::open(OpenContext& context) {
  devices_ = tensor::choose_devices(context.device());
  arithmetic_ = tensor::Arithmetic::of(context.params());
  if (const std::string sentence = tensor::fallback_sentence(context.device()); !sentence.empty()) context.warn(sentence);
  if (!devices_.front().is_cuda()) return;
  claim_ = tensor::claim_cuda(arithmetic_);
  cards_ = cards_of(devices_);
}

void NodeDevices::open(const std::vector<c10::Device>& devices, const tensor::Arithmetic& arithmetic) {
  devices_ = devices;
  arithmetic_ = arithmetic;
  cards_ = cards_of(devices_);
}

std::size_t NodeDevices::index_of(c10::Device device) const {
  return static_cast<std::size_t>(std::find(devices_.begin(), devices_.end(), device) - devices_.begin());
}

void SmallerBatch::tell(Context& context, Card& card, const device::Job& job) {
  const std::int64_t allowed = card.queue.limits().allowed(job.kind(), job.batch());
  if (allowed >= job.batch()) return;
  std::call_once(said_, [&] {
    context.warn("the memory of " + card.streams.device().str() + " did not suffice for batches of " +
                 std::to_string(job.batch()) + " patches; they are now " + std::to_string(allowed));
  });
}

}  // namespace flowrun::cnn
