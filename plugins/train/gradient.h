#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/network/network.h"
#include "examples.h"
#include "flowrun/sdk/context.h"
#include "layers.h"
#include "loss.h"
#include "metrics.h"
#include "settings.h"

namespace flowrun::train {

/// What a batch gives in training.
struct BatchResult {
  double loss = 0;                         ///< sum of the samples' losses
  std::vector<float> gradient;             ///< of the mean loss, one for each weight
  std::vector<at::Tensor> mean, variance;  ///< of each batch_norm layer, averaged over the micro-batches
};

/// Computes batches in micro-batches that fit the memory: each on one thread, several at a time, added up in their order, so that
/// the result is the same bit by bit for any number of threads. A GPU gets them one after the other; nothing waits for it before
/// the batch's end, so the threads cut and augment the next micro-batch while it works on this one.
class Gradient {
 public:
  Gradient(const network::Network& network, const Examples& examples, const Settings& settings, c10::Device device);

  /// `step` counts batches from the start of the training, `epoch` the epochs; the numbers drawn depend on both. When the context
  /// says cancelled, the result is incomplete and to be dropped.
  BatchResult train(Context& context, const Weights& weights, const std::vector<bool>& moves,
                    std::span<const std::int64_t> samples, std::int64_t epoch, std::int64_t step);
  Metrics judge(Context& context, const Weights& weights, std::span<const std::int64_t> samples);

 private:
  struct Part;
  struct Batch;
  Batch batch_of(Context& context, std::span<const std::int64_t> samples, std::int64_t epoch, bool training) const;
  Part train_part(Context& context, const std::vector<at::Tensor>& tensors, std::span<const std::int64_t> samples,
                  std::int64_t first, std::int64_t batch, std::int64_t epoch, std::int64_t step) const;
  Metrics judge_part(Context& context, const std::vector<at::Tensor>& tensors, std::span<const std::int64_t> samples) const;
  std::vector<at::Tensor> tensors_of(const Weights& weights) const;
  void for_each_part(Context& context, std::size_t samples,
                     const std::function<void(std::int64_t, std::int64_t, std::int64_t)>& task) const;

  const network::Network& network_;
  const Examples& examples_;
  const Settings& settings_;
  c10::Device device_;
  Loss loss_;
};

}  // namespace flowrun::train
