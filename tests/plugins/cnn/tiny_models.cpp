#include "tiny_models.h"

#include <numeric>
#include <random>

namespace flowrun::testing {

const char* const kSumAndFirst = R"(
def forward(self, x):
    values = torch.flatten(x, 1)
    return torch.stack([torch.sum(values, [1]), values[:, 0]], 1)
)";

std::string write_model(const std::string& path, const std::string& forward, const NamedTensors& parameters,
                        const std::string& description) {
  torch::jit::Module module("TinyNetwork");
  module.register_attribute("training", c10::BoolType::get(), true);
  for (const auto& [name, tensor] : parameters) module.register_parameter(name, tensor, false);
  module.define(forward);
  torch::jit::ExtraFilesMap extra;
  if (!description.empty()) extra["flowrun.json"] = description;
  module.save(path, extra);
  return path;
}

std::string write_small_network(const std::string& path, at::ScalarType type, const std::string& description) {
  const auto weights = [type](at::IntArrayRef shape, double step) {
    const at::Tensor numbers = at::arange(c10::multiply_integers(shape), at::kDouble);
    return (at::sin(numbers * step) * 0.2).reshape(shape).to(type);
  };
  return write_model(
      path, R"(
def forward(self, x):
    x = torch.relu(torch.conv3d(x, self.kernels, self.biases, [1, 1, 1], [1, 1, 1]))
    x = torch.avg_pool3d(x, [2, 2, 2], [2, 2, 2])
    return torch.linear(torch.flatten(x, 1), self.dense)
)",
      {{"kernels", weights({8, 4, 3, 3, 3}, 0.7)}, {"biases", weights({8}, 1.3)}, {"dense", weights({3, 64}, 0.9)}}, description);
}

PatchBatch made_up_patches(std::int64_t count, std::int64_t channels, std::int64_t size) {
  PatchBatch patches;
  patches.geometry.size = {100, 100, 100};
  patches.voxels.resize(static_cast<std::size_t>(count));
  std::iota(patches.voxels.begin(), patches.voxels.end(), 0);
  patches.channels = channels;
  patches.size = {size, size, size};
  patches.values.resize(static_cast<std::size_t>(count * patches.values_per_patch()));
  std::minstd_rand random(7);
  for (float& value : patches.values) value = static_cast<float>(random() % 2001) / 1000.0f - 1.0f;
  return patches;
}

}  // namespace flowrun::testing
