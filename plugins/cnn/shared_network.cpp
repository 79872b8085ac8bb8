#include "shared_network.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>

#include "dense/plan.h"
#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

using network::Layer;
using network::LayerKind;

struct Unshareable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

dense::Extent extent(const network::Size3& size) {
  return {static_cast<int>(size[0]), static_cast<int>(size[1]), static_cast<int>(size[2])};
}

/// Reads a chain's layers from the first to the last.
class Reader {
 public:
  Reader(const std::vector<Layer>& layers, const std::map<std::string, at::Tensor>& parameters)
      : layers_(layers), parameters_(parameters) {}

  bool done() const { return next_ == layers_.size(); }
  bool at(LayerKind kind) const { return !done() && layers_[next_].kind == kind; }
  void skip(LayerKind kind) {
    while (at(kind)) ++next_;
  }
  const Layer& take(LayerKind kind, const char* wanted) {
    if (!at(kind)) throw Unshareable(where() + " where " + wanted + " is expected");
    return layers_[next_++];
  }
  std::string where() const {
    if (done()) return "its layers end";
    return "its layer " + std::to_string(next_ + 1) + " is " + network::in_words(layers_[next_]);
  }

  /// The factor for values below 0 of the activation that comes next; 1 where none comes.
  float slope() {
    if (!at(LayerKind::activation)) return 1;
    const Layer& layer = layers_[next_];
    const double slope = layer.activation == network::Activation::relu ? 0 : layer.slope;
    if (layer.activation == network::Activation::prelu || slope < 0 || slope > 1)
      throw Unshareable(where() + ", and only relu and leaky_relu with a slope from 0 to 1 are");
    ++next_;
    return static_cast<float>(slope);
  }

  std::vector<float> values(const std::string& name, std::vector<std::int64_t> shape) const {
    const auto found = parameters_.find(name);
    if (found == parameters_.end()) throw Unshareable("its description names a parameter '" + name + "' that it does not have");
    if (found->second.sizes() != at::IntArrayRef(shape))
      throw Unshareable("its parameter '" + name + "' has another shape than its description says");
    const float* first = found->second.data_ptr<float>();
    return {first, first + found->second.numel()};
  }
  std::vector<float> bias(const Layer& layer, std::int64_t count) const {
    return layer.bias.empty() ? std::vector<float>(static_cast<std::size_t>(count)) : values(layer.bias, {count});
  }

 private:
  const std::vector<Layer>& layers_;
  const std::map<std::string, at::Tensor>& parameters_;
  std::size_t next_ = 0;
};

dense::Convolution convolution(Reader& reader, std::int64_t inputs) {
  const Layer& layer = reader.take(LayerKind::convolution, "a convolution");
  if (layer.stride != network::Size3{1, 1, 1}) throw Unshareable("a convolution has a stride other than 1");
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (layer.padding[axis] >= layer.kernel[axis]) throw Unshareable("a convolution's padding is as large as its kernel");
  }
  dense::Convolution found;
  found.inputs = static_cast<int>(inputs);
  found.outputs = static_cast<int>(layer.channels);
  found.kernel = extent(layer.kernel);
  found.padding = extent(layer.padding);
  found.weight = reader.values(layer.weight, {layer.channels, inputs, layer.kernel[2], layer.kernel[1], layer.kernel[0]});
  found.bias = reader.bias(layer, layer.channels);
  found.slope = reader.slope();
  return found;
}

dense::Pooling pooling(Reader& reader) {
  const Layer& layer = reader.take(LayerKind::pool, "a pooling");
  return {layer.pooling == network::Pooling::max, extent(layer.kernel), extent(layer.stride)};
}

dense::FullyConnected fully_connected(Reader& reader, std::int64_t inputs) {
  const Layer& layer = reader.take(LayerKind::dense, "a dense layer");
  dense::FullyConnected found;
  found.inputs = static_cast<int>(inputs);
  found.outputs = static_cast<int>(layer.units);
  found.weight = reader.values(layer.weight, {layer.units, inputs});
  found.bias = reader.bias(layer, layer.units);
  found.slope = reader.slope();
  return found;
}

dense::PatchNetwork read(const network::ModelDescription& description, const std::map<std::string, at::Tensor>& parameters) {
  Reader reader(description.structure->chain(), parameters);
  dense::PatchNetwork found;
  found.patch = extent(description.size);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto inputs = i == 0 ? static_cast<std::int64_t>(description.channels.size()) : found.convolutions[0].outputs;
    found.convolutions[i] = convolution(reader, inputs);
    found.poolings[i] = pooling(reader);
    reader.skip(LayerKind::dropout);
  }
  reader.take(LayerKind::flatten, "flatten");
  dense::check_limits(found);
  std::int64_t inputs = found.convolutions[1].outputs;
  for (int axis = 0; axis < 3; ++axis) inputs *= static_cast<std::int64_t>(dense::plan_axis(found, axis).pools.size());
  do {
    reader.skip(LayerKind::dropout);
    found.layers.push_back(fully_connected(reader, inputs));
    inputs = found.layers.back().outputs;
    reader.skip(LayerKind::dropout);
  } while (reader.at(LayerKind::dense));
  found.softmax = reader.at(LayerKind::softmax);
  reader.skip(LayerKind::softmax);
  if (!reader.done()) throw Unshareable(reader.where() + " where the end is expected");
  return found;
}

}  // namespace

SharedNetwork shared_network(const network::ModelDescription& description, const std::map<std::string, at::Tensor>& parameters) {
  if (!description.structure) return {std::nullopt, "its description does not say its layers"};
  if (!description.structure->is_chain()) return {std::nullopt, "it has several branches"};
  if (description.channels.empty() || description.size[0] == 0)
    return {std::nullopt, "its description does not say the channels and the size of a patch"};
  try {
    return {read(description, parameters), ""};
  } catch (const std::runtime_error& unshareable) {
    return {std::nullopt, unshareable.what()};
  } catch (const std::invalid_argument& unshareable) {
    return {std::nullopt, unshareable.what()};
  }
}

}  // namespace flowrun::cnn
