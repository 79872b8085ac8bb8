#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/network/model_description.h"
#include "common/torch/model.h"
#include "flowrun/sdk/parameters.h"
#include "flowrun/sdk/payloads.h"
#include "grid_check.h"

namespace flowrun::cnn {

/// A model ready to be run patch by patch. Safe to use from several threads at a time.
class PatchRunner {
 public:
  /// Loads the model that `params()` name. Throws Error as tensor::load_model does, and when the model has no such class.
  PatchRunner(const Params& params, c10::Device device, const tensor::Arithmetic& arithmetic = {});
  /// Likewise a model that another parameter names.
  PatchRunner(const Params& params, const std::string& model, c10::Device device, const tensor::Arithmetic& arithmetic);
  /// Likewise for all classes' scores as the network gives them.
  PatchRunner(const std::string& model, std::int64_t batch, c10::Device device);

  /// Scores of the chosen class, or of all, for each patch. Throws Error when the patches do not fit, the network fails or gives
  /// no scores, for NaN, and when a score depends on the other patches of its batch. When cancelled, what is missing is left out.
  Scores run(const PatchBatch& patches, int threads, const std::function<bool()>& cancelled) const;

  /// The same for rows of a float32 tensor on a device. Waits only for the first batch of several patches, to compare it with
  /// each alone. The calling thread has an InferenceScope. `patches` is for messages. Throws device::OutOfMemory, not on the CPU.
  at::Tensor scores_on_device(const at::Tensor& input, const PatchBatch& patches) const;

  const tensor::Model& model() const { return *model_; }
  const network::ModelDescription& description() const { return description_; }

  void check_patches(const PatchBatch& patches) const;
  /// The chunks of each view as one chunk of rows, as a network with views takes it. Throws Error where they are not its views,
  /// or incomplete.
  PatchBatch rows_of(const std::vector<const PatchBatch*>& views) const;
  /// Throws Error, naming what the network wants, when it does not take patches of these channels and this size in any number.
  void check_kind(const PatchBatch& patches) const;
  /// Throws Error, naming both, when a channel is known to be of another contrast than the network's description says.
  void check_contrasts(const std::vector<std::string>& contrasts) const;
  /// Throws Error when the images have other axes or voxel sizes than the network's description, unless the node takes any.
  void check_grid(const Geometry& geometry) const;
  /// Throws Error, naming the voxel, when a score is NaN.
  void refuse_nan(const Scores& scores) const;
  /// A warning with the range of the scores where they are no probabilities, and which activation to choose; else empty.
  std::string beyond_probabilities(const Scores& scores) const;
  /// What an empty chunk's scores say of the number of classes.
  std::int64_t classes_without_patches(const PatchBatch& patches) const;
  std::int64_t batch() const { return batch_; }

  /// model, batch, output_class, activation, axes and spacing.
  static std::vector<ParamSpec> params();

 private:
  struct Wanted {
    std::int64_t output_class = -1;
    std::string activation = "none";
    GridRules rules;
  };
  PatchRunner(const std::string& model, std::int64_t batch, const Wanted& wanted, c10::Device device,
              const tensor::Arithmetic& arithmetic);
  at::Tensor forward(const at::Tensor& input, const PatchBatch& patches) const;
  bool takes_fixed_batches(const at::Tensor& input) const;
  [[noreturn]] void refuse_failure(const std::exception& failure, const at::Tensor& input, const PatchBatch& patches) const;
  void refuse_memory(const std::exception& failure, std::int64_t count, const PatchBatch& patches) const;
  at::Tensor all_scores(const at::Tensor& input, const PatchBatch& patches) const;
  void check_independence(const at::Tensor& input, const at::Tensor& scores, const PatchBatch& patches) const;
  void compare_row(std::int64_t row, const at::Tensor& input, const at::Tensor& scores, const PatchBatch& patches) const;
  void check_output(const at::Tensor& output, std::int64_t count) const;

  std::shared_ptr<const tensor::Model> model_;
  network::ModelDescription description_;
  std::string activation_;
  std::int64_t batch_ = 0;
  std::int64_t output_class_ = 0;
  GridRules rules_;
  mutable std::mutex comparing_;
  mutable std::atomic<bool> is_independent_{false};  ///< a patch's score was seen not to depend on the others of its batch
  mutable std::atomic<std::int64_t> fixed_batch_{0};  ///< the only number of patches that the network takes; 0: any so far
};

}  // namespace flowrun::cnn
