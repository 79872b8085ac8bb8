#pragma once

#include <memory>

#include "common/torch/precision.h"
#include "common/torch/torch_headers.h"
#include "examples.h"
#include "flowrun/sdk/context.h"
#include "flowrun/sdk/node.h"
#include "settings.h"

namespace flowrun::train {

/// A training whose samples are together.
struct FitJob {
  const Examples& examples;
  Split split;
  Settings settings;
  c10::Device device;
  int threads = 1;  ///< that may take micro-batches at the same time
};

/// Trains a network as the node's parameters say (fit_params), writes the model and reports figures. Throws Error where the
/// network does not fit the samples, the parameters or the model to start with, and when the loss is not a number any more.
void fit(Context& context, FitJob job);

/// Throws Error where the file of a network of whole images cannot be read, or does not fit the parameters 'crop', 'channels',
/// 'classes', 'class_weights' and 'initial_probabilities', or where 'batch_dice' is set for a loss without Dice. For the time
/// before the cases are read.
void check_volume_network(const Params& params);

/// Throws Error when fewer cases have samples than parameter 'least_cases' asks for.
void require_cases(const Params& params, std::size_t cases);

/// Where a node trains.
class FitDevice {
 public:
  void open(OpenContext& context);
  c10::Device device() const { return device_; }
  int threads() const { return device_.is_cpu() ? threads_ : 1; }

 private:
  c10::Device device_{c10::kCPU};
  std::shared_ptr<const tensor::CudaClaim> claim_;
  int threads_ = 1;  ///< of the whole process
};

}  // namespace flowrun::train
