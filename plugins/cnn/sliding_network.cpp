#include "sliding_network.h"

#include <algorithm>
#include <stdexcept>

#include "common/grid/patch.h"

namespace flowrun::cnn {
namespace {

using network::Layer;
using network::LayerKind;
using network::Shape;
using Step = SlidingNetwork::Step;
using Steps = std::array<std::int64_t, 3>;

struct NotSliding : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Steps zyx(const network::Size3& size) { return {size[2], size[1], size[0]}; }
std::vector<std::int64_t> list_of(const Steps& steps) { return {steps.begin(), steps.end()}; }

/// Follows the layers of a branch or of the trunk.
class Builder {
 public:
  Builder(const std::map<std::string, at::Tensor>& parameters, std::string where, Shape in)
      : parameters_(parameters), where_(std::move(where)), map_(in) {}

  std::vector<Step> build(const std::vector<Layer>& layers, const std::vector<Shape>& shapes) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      place_ = where_ + "layer " + std::to_string(i + 1) + " (" + network::in_words(layers[i]) + ")";
      add(layers[i], steps);
      is_flat_ = shapes[i].flat;
      if (!is_flat_) map_ = shapes[i];
    }
    if (map_.size != network::Size3{1, 1, 1})
      throw NotSliding(where_ + "its layers end in " + network::in_words(map_) + " where one voxel is expected");
    return steps;
  }

 private:
  void add(const Layer& layer, std::vector<Step>& steps) {
    Step step{.layer = &layer, .steps = distance_, .weight = {}, .bias = {}, .mean = {}, .variance = {}};
    switch (layer.kind) {
      case LayerKind::flatten:
      case LayerKind::dropout:
        return;
      case LayerKind::convolution:
        require_convolution(layer);
        step.kind = Step::Kind::convolution;
        step.weight = parameter(layer.weight);
        step.bias = parameter(layer.bias);
        break;
      case LayerKind::dense:
        step.kind = Step::Kind::convolution;
        step.weight = parameter(layer.weight).reshape({layer.units, map_.channels, map_.size[2], map_.size[1], map_.size[0]});
        step.bias = parameter(layer.bias);
        map_ = {layer.units, {1, 1, 1}, false};
        break;
      case LayerKind::pool:
        step.kind = Step::Kind::pool;
        for (std::size_t i = 0; i < 3; ++i) distance_[i] *= zyx(layer.stride)[i];
        break;
      case LayerKind::batch_norm:
        require_channels();
        step.kind = Step::Kind::batch_norm;
        step.weight = parameter(layer.weight), step.bias = parameter(layer.bias);
        step.mean = parameter(layer.mean), step.variance = parameter(layer.variance);
        break;
      case LayerKind::activation:
        if (layer.activation == network::Activation::prelu) step.weight = slopes(layer);
        break;
      case LayerKind::softmax:
        require_channels();
        step.kind = Step::Kind::softmax;
        break;
      default:
        throw NotSliding(place_ + " is none of those that can slide over an image");
    }
    steps.push_back(std::move(step));
  }

  /// What reads each value in a row for itself cannot read the channels of a map.
  void require_channels() const {
    if (is_flat_ && map_.size != network::Size3{1, 1, 1}) throw NotSliding(place_ + " reads the values of a map in a row");
  }

  at::Tensor slopes(const Layer& layer) const {
    if (layer.per_position) throw NotSliding(place_ + " differs from place to place");
    require_channels();
    return parameter(layer.weight);
  }

  void require_convolution(const Layer& layer) const {
    if (layer.padding != network::Size3{0, 0, 0})
      throw NotSliding(place_ + " has a padding, so a patch is something else at its edges than the image there");
    if (layer.stride != network::Size3{1, 1, 1}) throw NotSliding(place_ + " has a stride");
  }

  at::Tensor parameter(const std::string& name) const {
    if (name.empty()) return {};
    const auto found = parameters_.find(name);
    if (found == parameters_.end()) throw NotSliding(place_ + " names a parameter '" + name + "' that the model does not have");
    return found->second;
  }

  const std::map<std::string, at::Tensor>& parameters_;
  std::string where_, place_;
  Shape map_;  ///< what the next layer reads, before any flatten
  bool is_flat_ = false;
  Steps distance_{1, 1, 1};  ///< between its values in the image
};

at::Tensor convolved(const Step& step, const at::Tensor& x) {
  const std::vector<std::int64_t> one(3, 1), none(3, 0), flat_one(2, 1), flat_none(2, 0);
  const bool is_flat = step.weight.size(2) == 1 && x.size(2) == 1;
  if (!is_flat) return at::conv3d(x, step.weight, step.bias, one, none, list_of(step.steps));
  const std::vector<std::int64_t> steps{step.steps[1], step.steps[2]};
  return at::conv2d(x.squeeze(2), step.weight.squeeze(2), step.bias, flat_one, flat_none, steps).unsqueeze(2);
}

at::Tensor pooled(const Step& step, at::Tensor x) {
  const Steps window = zyx(step.layer->kernel);
  const bool is_max = step.layer->pooling == network::Pooling::max;
  for (std::size_t axis = 0; axis < 3; ++axis) {  // a window of several axes is one axis after the other
    const auto dim = static_cast<std::int64_t>(axis) + 2;
    const std::int64_t length = x.size(dim) - (window[axis] - 1) * step.steps[axis];
    at::Tensor all = x.narrow(dim, 0, length);
    for (std::int64_t i = 1; i < window[axis]; ++i) {
      const at::Tensor next = x.narrow(dim, i * step.steps[axis], length);
      all = is_max ? at::maximum(all, next) : all + next;
    }
    x = is_max || window[axis] == 1 ? all : all / static_cast<double>(window[axis]);
  }
  return x;
}

at::Tensor activated(const Step& step, const at::Tensor& x) {
  if (step.layer->activation == network::Activation::prelu) return at::prelu(x, step.weight);
  return step.layer->activation == network::Activation::relu ? at::relu(x) : at::leaky_relu(x, step.layer->slope);
}

at::Tensor run(const std::vector<Step>& steps, at::Tensor x) {
  for (const Step& step : steps) {
    switch (step.kind) {
      case Step::Kind::convolution:
        x = convolved(step, x);
        break;
      case Step::Kind::pool:
        x = pooled(step, x);
        break;
      case Step::Kind::batch_norm:
        x = at::batch_norm(x, step.weight, step.bias, step.mean, step.variance, false, 0, step.layer->epsilon, false);
        break;
      case Step::Kind::activation:
        x = activated(step, x);
        break;
      case Step::Kind::softmax:
        x = at::softmax(x, 1);
    }
  }
  return x;
}

/// The image around a box, as far as patches of this size around its voxels reach.
at::Tensor around(const std::vector<const Volume*>& volumes, const VoxelBox& box, const SlidingNetwork::Branch& branch) {
  std::array<std::int64_t, 3> size{}, centre{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    size[axis] = box.size[axis] + branch.size[axis] - 1;
    centre[axis] = box.low[axis] - branch.size[axis] / 2 + size[axis] / 2;
  }
  std::vector<const Volume*> chosen;
  for (const std::int64_t channel : branch.channels) chosen.push_back(volumes[static_cast<std::size_t>(channel)]);
  if (branch.channels.empty()) chosen = volumes;
  at::Tensor x = at::zeros({1, static_cast<std::int64_t>(chosen.size()), size[2], size[1], size[0]});
  float* to = x.data_ptr<float>();
  for (const Volume* volume : chosen) {
    grid::copy_patch(*volume, centre, size, to);
    to += size[0] * size[1] * size[2];
  }
  return x;
}

SlidingNetwork build(const network::ModelDescription& description, const std::map<std::string, at::Tensor>& parameters) {
  const network::Network& network = *description.structure;
  const network::Shapes shapes =
      network::infer_shapes(network, static_cast<std::int64_t>(description.channels.size()), description.size, "the network");
  std::vector<SlidingNetwork::Branch> branches;
  for (std::size_t i = 0; i < network.branches.size(); ++i) {
    const network::Branch& branch = network.branches[i];
    const std::string where = network.branches.size() == 1 ? "" : "branch " + std::to_string(i + 1) + ", ";
    Builder builder(parameters, where, shapes.branch_inputs[i]);
    branches.push_back({shapes.branch_inputs[i].size, branch.channels, builder.build(branch.layers, shapes.branches[i])});
  }
  Shape joined = shapes.joined;
  joined.flat = false;  // one value a channel: every branch ends in one voxel
  Builder trunk(parameters, "behind the branches, ", joined);
  return {std::move(branches), trunk.build(network.trunk, shapes.trunk)};
}

}  // namespace

at::Tensor SlidingNetwork::scores(const std::vector<const Volume*>& volumes, const VoxelBox& box) const {
  std::vector<at::Tensor> parts;
  for (const Branch& branch : branches_) {
    at::Tensor x = run(branch.layers, around(volumes, box, branch));
    for (std::size_t axis = 0; axis < 3; ++axis)  // what no whole window of a pool saw lies behind
      x = x.narrow(static_cast<std::int64_t>(4 - axis), 0, box.size[axis]);
    parts.push_back(x);
  }
  return run(trunk_, parts.size() == 1 ? parts.front() : at::cat(parts, 1))[0].contiguous();
}

SlidingOrWhyNot sliding_network(const network::ModelDescription& description,
                                const std::map<std::string, at::Tensor>& parameters) {
  if (!description.structure) return {std::nullopt, "its description does not say its layers"};
  if (description.channels.empty() || (description.size[0] == 0 && description.views.empty()))
    return {std::nullopt, "its description does not say the channels and the size of a patch"};
  try {
    return {build(description, parameters), ""};
  } catch (const NotSliding& not_sliding) {
    return {std::nullopt, not_sliding.what()};
  } catch (const c10::Error&) {
    return {std::nullopt, "its parameters have other shapes than its description says"};
  }
}

}  // namespace flowrun::cnn
