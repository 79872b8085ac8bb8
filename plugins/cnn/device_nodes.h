#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cards.h"
#include "common/torch/precision.h"
#include "flowrun/sdk/context.h"

namespace flowrun::cnn {

/// What a node that runs networks on devices has of them.
class NodeDevices {
 public:
  /// Those that `run.device` asks for. Warns when auto finds none that LibTorch could use. Throws Error.
  void open(OpenContext& context);
  /// These, also a CPU behind a queue, for tests of that queue.
  void open(const std::vector<c10::Device>& devices, const tensor::Arithmetic& arithmetic);

  /// Whether firings are handed to cards; else they run on the engine's threads.
  bool use_cards() const { return cards_ != nullptr; }
  Cards& cards() const { return *cards_; }
  /// The devices on which a model is needed, each once.
  const std::vector<c10::Device>& devices() const { return devices_; }
  const tensor::Arithmetic& arithmetic() const { return arithmetic_; }
  std::size_t index_of(c10::Device device) const;

 private:
  std::vector<c10::Device> devices_;
  tensor::Arithmetic arithmetic_;
  std::shared_ptr<const tensor::CudaClaim> claim_;
  std::unique_ptr<Cards> cards_;
};

/// Says once that a device's memory made the batches smaller than asked for.
class SmallerBatch {
 public:
  void tell(Context& context, Card& card, const device::Job& job);

 private:
  std::once_flag said_;
};

}  // namespace flowrun::cnn
