#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "device/device_queue.h"
#include "common/torch/streams.h"
#include "flowrun/sdk/context.h"
#include "torch_job.h"

namespace flowrun::cnn {

/// A device with the thread that submits to it; one for all nodes of the process.
struct Card {
  explicit Card(c10::Device device);
  tensor::Streams streams;    ///< for the jobs of the queue
  device::DeviceQueue queue;  ///< last: its thread uses the streams
};

using Cards = device::RoundRobin<Card>;

/// The cards of these devices, which take jobs in turn.
std::unique_ptr<Cards> cards_of(const std::vector<c10::Device>& devices);

/// Takes a job through a card, to see whether it can: returns when it is done, throws Error with the reason.
void try_out(Card& card, const std::shared_ptr<TorchJob>& job);

/// Hands a firing over: call it in process, and return. `rest` is called with the firing's context when the job is done; what the
/// job fails with fails the firing. The job must be of the card's streams.
void hand_over(Context& context, Card& card, const std::shared_ptr<TorchJob>& job, std::function<void(Context&)> rest);

}  // namespace flowrun::cnn
