#include "common/torch/parameters.h"

#include "common/torch/inference.h"
#include "common/torch/model_archive.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {

std::map<std::string, at::Tensor> load_parameters(const std::string& path) {
  check_archive(path);
  std::map<std::string, at::Tensor> found;
  const auto keep = [&](const std::string& name, const at::Tensor& tensor) {
    if (tensor.is_floating_point()) found[name] = tensor.detach().to(at::kFloat).contiguous();
  };
  try {
    const torch::jit::Module module = torch::jit::load(path, c10::Device(c10::kCPU));
    for (const auto& parameter : module.named_parameters()) keep(parameter.name, parameter.value);
    for (const auto& buffer : module.named_buffers()) keep(buffer.name, buffer.value);
  } catch (const std::exception& failure) {
    throw Error("LibTorch cannot load the model '" + path + "': " + short_reason(failure));
  }
  return found;
}

}  // namespace flowrun::tensor
