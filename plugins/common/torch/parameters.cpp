#include "common/torch/parameters.h"

#include "common/torch/model_archive.h"

namespace flowrun::tensor {

std::map<std::string, at::Tensor> load_parameters(const std::string& path) {
  const LoadedModel model = load_checked(path);
  std::map<std::string, at::Tensor> found;
  const auto keep = [&](const std::string& name, const at::Tensor& tensor) {
    if (tensor.is_floating_point()) found[name] = tensor.detach().to(at::kFloat).contiguous();
  };
  for (const auto& parameter : model.module.named_parameters()) keep(parameter.name, parameter.value);
  for (const auto& buffer : model.module.named_buffers()) keep(buffer.name, buffer.value);
  return found;
}

}  // namespace flowrun::tensor
