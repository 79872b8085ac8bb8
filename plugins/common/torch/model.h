#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/torch/model_inspection.h"
#include "common/torch/precision.h"
#include "common/torch/state_check.h"
#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// A TorchScript network ready to run on one device: in evaluation mode, in the number format asked for, frozen and prepared for
/// inference where LibTorch can do so. Safe to use from several threads at a time.
class Model {
 public:
  /// Throws Error, naming `path`, when the module has no forward that takes one tensor, or surely changes its own state in it.
  Model(torch::jit::Module module, std::string path, std::string description, c10::Device device, const Arithmetic& arithmetic = {});

  /// Hands the tensor to the network, on the network's device, and gives its output, in its number format. Never writes to
  /// `batch`. The calling thread has an InferenceScope. What LibTorch throws comes out unchanged; throws Error when the output is
  /// no tensor, and when the network has changed its own weights or state.
  at::Tensor forward(const at::Tensor& batch) const;

  const std::string& path() const { return path_; }
  /// The text that the model carries about itself (the extra file "flowrun.json"); empty when it has none.
  const std::string& description() const { return description_; }
  c10::Device device() const { return device_; }
  /// Input channels of the first convolution among the parameters, for messages; -1 when there is none.
  std::int64_t first_convolution_channels() const { return traits_.first_convolution_channels; }
  /// A device other than the model's that its code names, "cuda:0"; empty when there is none.
  std::string other_device() const;
  /// Whether it chooses a scale of whole numbers for each batch (dynamic quantisation): patches then affect each other's scores.
  bool quantises_batches() const { return traits_.quantises_batches; }
  const Arithmetic& arithmetic() const { return arithmetic_; }
  /// Numbers above 0 that its code has at the front of lists of sizes, where tracing fixes a batch's size. At most 16.
  const std::vector<std::int64_t>& sizes_in_code() const { return traits_.sizes; }

 private:
  torch::jit::Module module_;
  std::string path_;
  std::string description_;
  c10::Device device_;
  Arithmetic arithmetic_;
  std::shared_ptr<const torch::jit::CompilationUnit> code_;  ///< the methods as loaded, which a frozen network's nodes point to
  ModelTraits traits_;
  std::shared_ptr<const StateWatch> watch_;  ///< null where forward surely changes nothing
};

/// The model in a file, on a device, in a number format. Loaded once per process however many ask for it, as long as one of them
/// keeps it and the file stays as it is (size and time of change). The file is not trusted: throws Error, naming it, when it is
/// missing and as load_checked does (model_archive.h). Safe to call from any thread.
std::shared_ptr<const Model> load_model(const std::string& path, c10::Device device, const Arithmetic& arithmetic = {});

}  // namespace flowrun::tensor
