#include "common/torch/model.h"

#include <utility>

#include "common/torch/model_inspection.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

// Weights may be stored in half or double precision; patches and scores are float32, and half is not computed everywhere.
void make_float32(torch::jit::Module& module) {
  const auto convert = [](at::Tensor tensor) {
    if (tensor.is_floating_point() && tensor.scalar_type() != at::kFloat) tensor.set_data(tensor.to(at::kFloat));
  };
  for (const at::Tensor& parameter : module.parameters()) convert(parameter);
  for (const at::Tensor& buffer : module.buffers()) convert(buffer);
}

// Freezing folds the weights into the graph; on the CPU the convolutions then also keep oneDNN's own weight layout, which was
// measured 30 % faster on the patch network. A module that LibTorch cannot freeze still runs as it is.
torch::jit::Module prepared(torch::jit::Module module, c10::Device device) {
  try {
    torch::jit::Module frozen = torch::jit::freeze(module);
    return device.is_cpu() ? torch::jit::optimize_for_inference(frozen) : frozen;
  } catch (const std::exception&) {
    return module;
  }
}

}  // namespace

Model::Model(torch::jit::Module module, std::string path, std::string description, c10::Device device)
    : module_(std::move(module)), path_(std::move(path)), description_(std::move(description)), device_(device) {
  const ModelTraits traits = inspect_model(module_, path_);
  first_convolution_channels_ = traits.first_convolution_channels;
  writes_input_ = traits.writes_input;
  const c10::InferenceMode no_gradients;
  module_.eval();
  make_float32(module_);
  module_.to(device_);
  module_ = prepared(module_, device_);
}

at::Tensor Model::forward(const at::Tensor& batch) const {
  const at::Tensor input = batch.to(device_, at::kFloat, /*non_blocking=*/false, /*copy=*/writes_input_);
  const c10::IValue output = module_.get_method("forward")({input});
  if (!output.isTensor())
    throw Error("the network in '" + path_ + "' gives a " + output.tagKind() + " where one tensor of scores is expected");
  return output.toTensor();
}

}  // namespace flowrun::tensor
