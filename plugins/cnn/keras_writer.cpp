#include "keras_writer.h"

#include <cstring>

#include "common/network/forward_source.h"
#include "common/torch/torch_headers.h"
#include "model_file.h"

namespace flowrun::cnn {
namespace {

constexpr double kEpsilon = 1e-3;  // of Keras's batch normalisation, added to the variance

std::string block(const std::string& name, int channels) {
  return R"({"type": "convolution", "channels": )" + std::to_string(channels) +
         R"(, "kernel": 3, "padding": "same", "weight": "conv)" + name + R"(_weight", "bias": "conv)" + name +
         R"(_bias"}, {"type": "prelu", "per": "position", "weight": "conv)" + name + R"(_slope"},)";
}

std::string dense(const std::string& name, int units) {
  return R"({"type": "dense", "units": )" + std::to_string(units) + R"(, "weight": ")" + name + R"(_weight", "bias": ")" + name +
         R"(_bias"},)";
}

std::string dense_with_slope(const std::string& name, int units) {
  return R"({"type": "dropout", "rate": 0.5},)" + dense(name, units) + R"({"type": "prelu", "weight": ")" + name + R"(_slope"},)";
}

network::Network structure() {
  const std::string pool = R"({"type": "pool", "kind": "max", "window": 2},)";
  return network::parse_network(R"({"name": "nicMSlesions patch network", "layers": [)" + block("1_1", 32) + block("1_2", 32) +
                                    pool + block("2_1", 64) + block("2_2", 64) + pool + R"({"type": "flatten"},)" +
                                    dense_with_slope("d1", 256) + dense_with_slope("d2", 128) + dense_with_slope("d3", 64) +
                                    dense("out", 2) + R"({"type": "softmax"}]})",
                                "the network of nicMSlesions");
}

at::Tensor tensor_of(const hdf5::DataSet& array) {
  at::Tensor tensor = at::empty(array.shape, at::kFloat);
  std::memcpy(tensor.data_ptr<float>(), array.bytes.data(), array.bytes.size());
  return tensor;
}

/// Makes LibTorch's tensors from the file's.
class Weights {
 public:
  Weights(const KerasWeights& weights, torch::jit::Module& module) : weights_(weights), module_(module) {}

  void convolution(const std::string& name) {
    const at::Tensor scale = array("bn_" + name, "gamma") / at::sqrt(array("bn_" + name, "moving_variance") + kEpsilon);
    at::Tensor kernels = array("conv" + name, "kernel").permute({4, 3, 2, 1, 0});  // x, y, z, in, out
    if (weights_.kernels_are_flipped()) kernels = kernels.flip({2, 3, 4});
    add("conv" + name + "_weight", kernels * scale.reshape({-1, 1, 1, 1, 1}));
    add("conv" + name + "_bias",
        (array("conv" + name, "bias") - array("bn_" + name, "moving_mean")) * scale + array("bn_" + name, "beta"));
    add("conv" + name + "_slope", array("prelu_conv" + name, "alpha").permute({0, 3, 2, 1}));
  }

  void dense(const std::string& name) {
    add(name + "_weight", array(name, "kernel").t());
    add(name + "_bias", array(name, "bias"));
  }

  void slopes(const std::string& name) { add(name + "_slope", array("prelu_" + name, "alpha")); }

  /// The first dense layer, whose inputs are 64 channels of a 2 x 2 x 2 map in x, y, z.
  void dense_behind_map(const std::string& name) {
    const at::Tensor kernel = array(name, "kernel").t();
    add(name + "_weight", kernel.reshape({kernel.size(0), 64, 2, 2, 2}).permute({0, 1, 4, 3, 2}).reshape({kernel.size(0), -1}));
    add(name + "_bias", array(name, "bias"));
  }

 private:
  at::Tensor array(const std::string& layer, const std::string& name) const {
    return tensor_of(weights_.array(layer, name)).to(at::kDouble);
  }
  void add(const std::string& name, const at::Tensor& values) {
    module_.register_parameter(name, values.to(at::kFloat).contiguous(), false);
  }

  const KerasWeights& weights_;
  torch::jit::Module& module_;
};

torch::jit::Module module_of(const KerasWeights& keras, const network::Network& layers) {
  torch::jit::Module module("PatchNetwork");
  module.register_attribute("training", c10::BoolType::get(), false);
  Weights weights(keras, module);
  for (const char* name : {"1_1", "1_2", "2_1", "2_2"}) weights.convolution(name);
  weights.dense_behind_map("d1");
  for (const char* name : {"d2", "d3", "out"}) weights.dense(name);
  for (const char* name : {"d1", "d2", "d3"}) weights.slopes(name);
  module.define(network::forward_source(layers));
  return module;
}

}  // namespace

void write_keras_network(const KerasWeights& weights, const std::vector<std::string>& channels, const std::string& path) {
  const network::Network layers = structure();
  const ModelDescription description{
      .channels = channels, .size = {11, 11, 11}, .classes = {"not lesion", "lesion"}, .structure = layers};
  write_model(module_of(weights, layers), description, path);
}

}  // namespace flowrun::cnn
