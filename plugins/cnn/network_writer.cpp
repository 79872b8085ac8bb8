#include "network_writer.h"

#include <cstring>

#include "common/torch/inference.h"
#include "common/torch/torch_headers.h"
#include "model_file.h"

namespace flowrun::cnn {
namespace {

constexpr const char* kForward = R"(
def forward(self, patches):
    x = torch.relu(torch.conv3d(patches, self.conv1_weight, self.conv1_bias, [1, 1, 1], [2, 2, 2]))
    x = torch.POOL(x, [2, 2, 2], [2, 2, 2])
    x = torch.relu(torch.conv3d(x, self.conv2_weight, self.conv2_bias, [1, 1, 1], [2, 2, 2]))
    x = torch.POOL(x, [2, 2, 2], [2, 2, 2])
    x = torch.relu(torch.linear(torch.flatten(x, 1), self.dense_weight, self.dense_bias))
    return torch.softmax(torch.linear(x, self.out_weight, self.out_bias), 1)
)";

std::string forward_with(Pooling pooling) {
  const std::string operation = pooling == Pooling::average ? "avg_pool3d" : "max_pool3d";
  const std::string word = "POOL";
  std::string source = kForward;
  for (std::size_t at = source.find(word); at != std::string::npos; at = source.find(word))
    source.replace(at, word.size(), operation);
  return source;
}

/// The layers that forward computes, with the dropout that training had; the JSON form is easier to read than the structs.
network::Network structure_with(Pooling pooling) {
  const std::string kind = pooling == Pooling::average ? "average" : "max";
  const std::string pool = R"({"type": "pool", "kind": ")" + kind + R"(", "window": 2},)";
  return network::parse_network(R"({"name": "MSSEG-2016 patch network, )" + kind + R"( pooling", "layers": [
            {"type": "convolution", "channels": 32, "kernel": 5, "padding": 2, "weight": "conv1_weight", "bias": "conv1_bias"},
            {"type": "relu"},)" + pool +
                                    R"(
            {"type": "convolution", "channels": 64, "kernel": 5, "padding": 2, "weight": "conv2_weight", "bias": "conv2_bias"},
            {"type": "relu"},)" + pool +
                                    R"(
            {"type": "flatten"}, {"type": "dropout", "rate": 0.5},
            {"type": "dense", "units": 256, "weight": "dense_weight", "bias": "dense_bias"}, {"type": "relu"},
            {"type": "dense", "units": 2, "weight": "out_weight", "bias": "out_bias"}, {"type": "softmax"}]})",
                                "the network of the MSSEG-2016 method");
}

at::Tensor tensor_of(const ArrayView& array) {
  at::Tensor tensor = at::empty(array.shape, at::kFloat);
  std::memcpy(tensor.data_ptr<float>(), array.bytes.data(), array.bytes.size());
  return tensor;
}

at::Tensor reversed_axes(const at::Tensor& kernels) { return kernels.permute({0, 1, 4, 3, 2}).contiguous(); }

// 1728 inputs x 256 outputs, the inputs channel by channel of a 3 x 3 x 3 map in x, y, z.
at::Tensor dense_weight(const at::Tensor& weight) {
  return reversed_axes(weight.t().reshape({256, 64, 3, 3, 3})).reshape({256, 1728});
}

torch::jit::Module module_of(const WeightsFile& weights, Pooling pooling) {
  const auto array = [&](const char* layer, std::size_t index) { return tensor_of(weights.find(layer)->arrays.at(index)); };
  torch::jit::Module module("PatchNetwork");
  module.register_attribute("training", c10::BoolType::get(), false);
  const auto add = [&](const char* name, const at::Tensor& tensor) { module.register_parameter(name, tensor, false); };
  add("conv1_weight", reversed_axes(array("conv1_1", 0)));
  add("conv1_bias", array("conv1_1", 1));
  add("conv2_weight", reversed_axes(array("conv2_1", 0)));
  add("conv2_bias", array("conv2_1", 1));
  add("dense_weight", dense_weight(array("l1", 0)));
  add("dense_bias", array("l1", 1));
  add("out_weight", array("out", 0).t().contiguous());
  add("out_bias", array("out", 1));
  module.define(forward_with(pooling));
  return module;
}

}  // namespace

void write_network(const WeightsFile& weights, Pooling pooling, const std::vector<std::string>& channels,
                   const std::string& path) {
  const ModelDescription description{
      .channels = channels, .size = {15, 15, 15}, .classes = {"not lesion", "lesion"}, .structure = structure_with(pooling)};
  write_model(module_of(weights, pooling), description, path);
}

}  // namespace flowrun::cnn
