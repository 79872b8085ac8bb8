#include "layers.h"

#include <algorithm>
#include <map>

#include "common/torch/staging.h"
#include "first_convolution.h"
#include "random_order.h"
#include "transposed_convolution.h"

namespace flowrun::train {
namespace {

using network::Layer;
using network::LayerKind;

std::vector<std::int64_t> zyx(const network::Size3& size) { return {size[2], size[1], size[0]}; }

/// Takes the tensors of a network one after the other, in the order of network::parameters.
class Runner {
 public:
  Runner(const std::vector<at::Tensor>& tensors, Pass& pass) : tensors_(tensors), pass_(pass) {}

  at::Tensor run(const std::vector<Layer>& layers, std::size_t count, at::Tensor x) {
    named_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      x = run(layers[i], x);
      if (!layers[i].name.empty()) named_[layers[i].name] = x;
    }
    return x;
  }

 private:
  at::Tensor next() { return tensors_.at(next_++); }
  at::Tensor next_if(const std::string& name) { return name.empty() ? at::Tensor() : next(); }

  at::Tensor run(const Layer& layer, const at::Tensor& x) {
    switch (layer.kind) {
      case LayerKind::convolution: {
        const at::Tensor weight = next(), bias = next_if(layer.bias);
        const std::vector<std::int64_t> stride = zyx(layer.stride), padding = zyx(layer.padding);
        if (suits_first_convolution(x, weight, stride)) return first_convolution(x, weight, bias, padding);
        return at::conv3d(x, weight, bias, stride, padding);
      }
      case LayerKind::transposed_convolution: {
        const at::Tensor weight = next(), bias = next_if(layer.bias);
        return transposed_convolution(x, weight, bias, zyx(layer.stride), zyx(layer.padding));
      }
      case LayerKind::upsample:
        return upsample(layer, x);
      case LayerKind::join: {
        std::vector<at::Tensor> parts{x};
        for (const std::string& name : layer.with) parts.push_back(named_.at(name));
        return at::cat(parts, 1);
      }
      case LayerKind::sum: {
        at::Tensor total = x;
        for (const std::string& name : layer.with) total = total + named_.at(name);
        return total;
      }
      case LayerKind::batch_norm:
        return batch_norm(layer, x);
      case LayerKind::activation:
        if (layer.activation == network::Activation::prelu && layer.per_position)
          return at::addcmul(at::clamp_min(x, 0), next(), at::clamp_max(x, 0));
        if (layer.activation == network::Activation::prelu) return at::prelu(x, next());
        return layer.activation == network::Activation::relu ? at::relu(x) : at::leaky_relu(x, layer.slope);
      case LayerKind::pool:
        if (layer.pooling == network::Pooling::max) return at::max_pool3d(x, zyx(layer.kernel), zyx(layer.stride));
        return at::avg_pool3d(x, zyx(layer.kernel), zyx(layer.stride));
      case LayerKind::dropout:
        return dropout(layer, x);
      case LayerKind::flatten:
        return at::flatten(x, 1);
      case LayerKind::dense: {
        const at::Tensor weight = next(), bias = next_if(layer.bias);
        return at::linear(x, weight, bias);
      }
      case LayerKind::softmax:
        break;
    }
    return at::softmax(x, 1);
  }

  static at::Tensor upsample(const Layer& layer, const at::Tensor& x) {
    const std::vector<double> factors{static_cast<double>(layer.kernel[2]), static_cast<double>(layer.kernel[1]),
                                      static_cast<double>(layer.kernel[0])};
    if (layer.upsampling == network::Upsampling::nearest) return at::upsample_nearest3d(x, c10::nullopt, factors);
    return at::upsample_trilinear3d(x, c10::nullopt, false, factors);
  }

  /// In training with the mean and variance of these samples, which are handed out; else, and where the layer is frozen, with the
  /// running ones: a layer that keeps its values would otherwise compute something else than in the model that it came from.
  at::Tensor batch_norm(const Layer& layer, const at::Tensor& x) {
    const at::Tensor weight = next(), bias = next(), mean = next(), variance = next();
    const bool is_frozen = pass_.training && !weight.requires_grad();
    if (is_frozen) pass_.batch_mean.push_back(mean), pass_.batch_variance.push_back(variance);
    if (is_frozen || !pass_.training)
      return at::batch_norm(x, weight, bias, mean, variance, false, layer.momentum, layer.epsilon, false);
    const auto [out, batch_mean, inverse] = at::native_batch_norm(x, weight, bias, {}, {}, true, layer.momentum, layer.epsilon);
    const auto count = static_cast<double>(x.numel() / x.size(1));
    pass_.batch_mean.push_back(batch_mean.detach());
    const at::Tensor biased = inverse.detach().pow(-2) - layer.epsilon;
    pass_.batch_variance.push_back(biased * (count / std::max(count - 1, 1.0)));
    return out;
  }

  at::Tensor dropout(const Layer& layer, const at::Tensor& x) {
    const std::uint64_t of_layer = stream(pass_.dropout, Purpose::dropout, layers_with_dropout_++);
    if (!pass_.training || layer.rate == 0) return x;
    const std::int64_t each = x.numel() / x.size(0);
    at::Tensor mask = tensor::staging(x.sizes(), at::kFloat, x.device());
    const auto rate = static_cast<float>(layer.rate), kept = 1 / (1 - rate);
    float* values = mask.data_ptr<float>();
    const auto first = static_cast<std::uint64_t>(pass_.first_row * each);
    for (std::int64_t i = 0; i < mask.numel(); ++i)
      values[i] = uniform_at(of_layer, first + static_cast<std::uint64_t>(i)) < rate ? 0 : kept;
    return x * tensor::sent(mask, x.device());
  }

  const std::vector<at::Tensor>& tensors_;
  Pass& pass_;
  std::map<std::string, at::Tensor> named_;  ///< outputs that later layers of the list use
  std::size_t next_ = 0;
  std::uint64_t layers_with_dropout_ = 0;
};

at::Tensor channels_of(const network::Branch& branch, const at::Tensor& x) {
  if (branch.channels.empty()) return x;
  return at::index_select(x, 1, tensor::sent(at::tensor(branch.channels, at::kLong), x.device()));
}

at::Tensor middle_of(const network::Branch& branch, at::Tensor x) {
  if (branch.size == network::Size3{0, 0, 0}) return x;
  for (std::int64_t dim = 2; dim < 5; ++dim) {
    const std::int64_t length = branch.size[static_cast<std::size_t>(4 - dim)];
    x = x.narrow(dim, (x.size(dim) - length) / 2, length);
  }
  return x;
}

/// What each branch looks at. The views lie behind each other in a row for each sample.
std::vector<at::Tensor> parts_of_input(const network::Network& network, const at::Tensor& input) {
  std::vector<at::Tensor> parts;
  if (!network.has_views) {
    for (const network::Branch& branch : network.branches) parts.push_back(middle_of(branch, channels_of(branch, input)));
    return parts;
  }
  const at::Tensor rows = input.flatten(1);
  std::int64_t voxels = 0, first = 0;
  for (const network::Size3& view : network.views()) voxels += view[0] * view[1] * view[2];
  const std::int64_t channels = rows.size(1) / voxels;
  for (const network::Branch& branch : network.branches) {
    const auto [width, height, depth] = branch.size;
    const std::int64_t count = channels * width * height * depth;
    parts.push_back(channels_of(branch, rows.narrow(1, first, count).reshape({-1, channels, depth, height, width})));
    first += count;
  }
  return parts;
}

const std::vector<Layer>& last_layers(const network::Network& network) {
  return network.trunk.empty() ? network.branches.back().layers : network.trunk;
}

}  // namespace

Weights::Weights(const network::Network& network, const network::Shapes& shapes)
    : parameters_(network::parameters(network, shapes)) {
  for (const network::Parameter& parameter : parameters_)
    offsets_.push_back(offsets_.back() + c10::multiply_integers(parameter.shape));
  values_.resize(static_cast<std::size_t>(offsets_.back()));
}

at::Tensor Weights::view(std::size_t parameter) const {
  auto* first = const_cast<float*>(values_.data()) + offset(parameter);  // LibTorch has no tensors of constant memory
  return torch::from_blob(first, parameters_[parameter].shape, at::kFloat);
}

std::vector<bool> Weights::moving(const std::vector<std::string>& freeze) const {
  std::vector<bool> moves(values_.size(), true);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& name = parameters_[i].name;
    const bool frozen = std::any_of(freeze.begin(), freeze.end(), [&](const std::string& start) {
      return name == start || (name.starts_with(start) && (name[start.size()] == '.' || name[start.size()] == '_'));
    });
    if (frozen || parameters_[i].is_buffer()) std::fill(moves.begin() + offset(i), moves.begin() + offset(i) + size(i), false);
  }
  return moves;
}

bool ends_in_softmax(const network::Network& network) {
  const auto& layers = last_layers(network);
  return (network.branches.size() == 1 || !network.trunk.empty()) && !layers.empty() && layers.back().kind == LayerKind::softmax;
}

at::Tensor logits(const network::Network& network, const at::Tensor& input, const std::vector<at::Tensor>& tensors, Pass& pass) {
  Runner runner(tensors, pass);
  const std::size_t left_out = ends_in_softmax(network) ? 1 : 0;
  std::vector<at::Tensor> parts = parts_of_input(network, input);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::vector<Layer>& layers = network.branches[i].layers;
    parts[i] = runner.run(layers, layers.size() - (network.trunk.empty() ? left_out : 0), parts[i]);
  }
  const at::Tensor joined = parts.size() == 1 ? parts.front() : at::cat(parts, 1);
  return network.trunk.empty() ? joined : runner.run(network.trunk, network.trunk.size() - left_out, joined);
}

}  // namespace flowrun::train
