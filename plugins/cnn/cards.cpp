#include "cards.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "common/torch/inference.h"
#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

constexpr int kLanes = 2;

std::shared_ptr<Card> card_of(c10::Device device) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<Card>> cards;
  const std::lock_guard lock(mutex);
  std::weak_ptr<Card>& entry = cards[device.str()];
  std::shared_ptr<Card> card = entry.lock();
  if (!card) entry = card = std::make_shared<Card>(device);
  return card;
}

[[noreturn]] void rethrow_short(const std::exception_ptr& failure, c10::Device device) {
  try {
    std::rethrow_exception(failure);
  } catch (const c10::Error& of_torch) {
    throw Error("LibTorch failed on " + device.str() + ": " + tensor::short_reason(of_torch));
  }
}

}  // namespace

Card::Card(c10::Device device) : streams(device, kLanes), queue({kLanes, [] { tensor::limit_threads(1); }, {}}) {}

std::unique_ptr<Cards> cards_of(const std::vector<c10::Device>& devices) {
  std::vector<std::shared_ptr<Card>> cards;
  for (const c10::Device& device : devices) cards.push_back(card_of(device));
  return std::make_unique<Cards>(std::move(cards));
}

void try_out(Card& card, const std::shared_ptr<TorchJob>& job) {
  try {
    card.queue.run(job);
  } catch (...) {
    rethrow_short(std::current_exception(), card.streams.device());
  }
}

void hand_over(Context& context, Card& card, const std::shared_ptr<TorchJob>& job, std::function<void(Context&)> rest) {
  const std::shared_ptr<Deferred> deferred = context.defer();
  job->watch([deferred] { return deferred->cancelled(); },
             [deferred](const device::Busy& busy) { deferred->span("device", busy.begin, busy.end); });
  job->on_finished([deferred, device = card.streams.device(), rest = std::move(rest)](std::exception_ptr failure) {
    deferred->resume([failure, device, rest](Context& later) {
      if (failure) rethrow_short(failure, device);
      rest(later);
    });
  });
  card.queue.add(job);
}

}  // namespace flowrun::cnn
