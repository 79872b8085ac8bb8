#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/network/model_description.h"
#include "common/torch/model.h"
#include "flowrun/sdk/parameters.h"
#include "flowrun/sdk/payloads.h"
#include "tiles.h"

namespace flowrun::cnn {

/// A model ready to be run over whole images. Safe to use from several threads at a time.
class VolumeRunner {
 public:
  using Volumes = std::vector<const Volume*>;

  static constexpr std::int64_t kAllClasses = -1;

  /// Loads the model of parameter 'model'. `output_class` is the class whose map is wanted, numbered from 0, or kAllClasses;
  /// `activation` is applied to the network's output: none, softmax or sigmoid. Maps are the mean over the input as it is and
  /// mirrored along the axes of parameter 'mirror', in all combinations. Throws Error as tensor::load_model does, when there is
  /// no such class, and for an axis that is none.
  VolumeRunner(const Params& params, std::int64_t output_class, std::string activation, c10::Device device,
               const tensor::Arithmetic& arithmetic);

  /// Throws Error, naming what the network wants, where its description says that it takes other channels or sizes than these.
  void check(const Volumes& volumes, const TilePlan& plan) const;

  /// One tile of the images, 1 x C x D x H x W float32 with W along x, in memory that the device can fetch; 0 beyond the images.
  at::Tensor input_of(const Volumes& volumes, const TilePlan& plan, std::int64_t tile) const;

  /// The wanted classes of what the network gives for such an input, K x D x H x W float32 on the network's device (K is 1 where
  /// one class is wanted); nothing waits for them. The calling thread has an InferenceScope. Throws Error when the network fails,
  /// gives anything but 1 x K x D x H x W, or lacks memory; device::OutOfMemory for that on a device other than the CPU.
  at::Tensor maps_of(const at::Tensor& input) const;

  /// Throws Error, naming the voxel, when a value is NaN.
  void refuse_nan(const Volume& map) const;

  const tensor::Model& model() const { return *model_; }
  const network::ModelDescription& description() const { return description_; }

  static ParamSpec model_param();
  static ParamSpec mirror_param();

 private:
  at::Tensor maps_of_one(const at::Tensor& input) const;
  [[noreturn]] void refuse_failure(const std::exception& failure, const at::Tensor& input) const;
  void check_output(const at::Tensor& output, const at::Tensor& input) const;

  std::shared_ptr<const tensor::Model> model_;
  network::ModelDescription description_;
  std::string activation_;
  std::int64_t output_class_;
  std::vector<std::vector<std::int64_t>> mirrored_;  ///< axes of a tensor that are turned round, way by way
};

}  // namespace flowrun::cnn
