#include "common/torch/model.h"

#include <utility>

#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

// Weights may be stored in half or double precision, whatever the network is to compute in.
void convert_weights(torch::jit::Module& module, const Arithmetic& arithmetic) {
  const auto convert = [&](at::Tensor tensor) {
    if (!tensor.is_floating_point()) return;
    const bool of_convolution = arithmetic.channels_last && tensor.dim() == 5;
    tensor.set_data(tensor.to(type_of(arithmetic.precision)).contiguous(of_convolution ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::Contiguous));
  };
  for (const at::Tensor& parameter : module.parameters()) convert(parameter);
  for (const at::Tensor& buffer : module.buffers()) convert(buffer);
}

// Freezing folds the weights into the graph; on the CPU the convolutions then also keep oneDNN's own weight layout, which was
// measured 30 % faster on the patch network. A module that LibTorch cannot freeze still runs as it is.
// A node from another method points to that method, which is read when the node fails. Freezing takes the methods into the
// forward of a copy and deletes them there. Taken in before, the nodes point to the methods of `module`, which Model keeps.
torch::jit::Module prepared(torch::jit::Module module, c10::Device device) {
  try {
    torch::jit::Inline(*module.get_method("forward").graph());
    torch::jit::Module frozen = torch::jit::freeze(module);
    return device.is_cpu() ? torch::jit::optimize_for_inference(frozen) : frozen;
  } catch (const std::exception&) {
    return module;
  }
}

}  // namespace

Model::Model(torch::jit::Module module, std::string path, std::string description, c10::Device device, const Arithmetic& arithmetic)
    : module_(std::move(module)),
      path_(std::move(path)),
      description_(std::move(description)),
      device_(device),
      arithmetic_(arithmetic),
      code_(module_._ivalue()->compilation_unit()) {
  require_right_on(arithmetic_, device_);
  traits_ = inspect_model(module_, path_);
  const c10::InferenceMode no_gradients;
  module_.eval();
  convert_weights(module_, arithmetic_);
  module_.to(device_);
  module_ = prepared(module_, device_);
  if (traits_.may_change_state) watch_ = std::make_shared<const StateWatch>(module_);
}

std::string Model::other_device() const {
  for (const c10::Device& device : traits_.devices)
    if (device.type() != device_.type() || (device.has_index() && device_.has_index() && device != device_)) return device.str();
  return "";
}

at::Tensor Model::forward(const at::Tensor& batch) const {
  at::Tensor input = batch.to(device_, type_of(arithmetic_.precision), /*non_blocking=*/false, /*copy=*/traits_.writes_input);
  if (arithmetic_.channels_last && input.dim() == 5) input = input.contiguous(at::MemoryFormat::ChannelsLast3d);
  const c10::IValue output = module_.get_method("forward")({input});
  if (watch_ && watch_->changed())
    throw Error("the network in '" + path_ + "' changes its own weights or state while it runs, so its scores would depend on what ran before and on "
                "the number of threads; let forward work on a copy (clone())");
  if (!output.isTensor())
    throw Error("the network in '" + path_ + "' gives a " + output.tagKind() + " where one tensor of scores is expected; " +
                "wrap it in a module whose forward returns the tensor of scores alone, and save that");
  const at::Tensor tensor = output.toTensor();
  if (tensor.defined() && tensor.is_meta())
    throw Error("the network in '" + path_ + "' gives a tensor on the device 'meta', which has a shape and no values; make it on the device of "
                "the input, or move it there in forward");
  if (!tensor.defined() || tensor.layout() != at::kStrided)
    throw Error("the network in '" + path_ + "' gives a tensor without plain values (" +
                (tensor.defined() ? c10::str(tensor.layout()) : "undefined") + "); a dense one is expected: to_dense()");
  return tensor;
}

}  // namespace flowrun::tensor
