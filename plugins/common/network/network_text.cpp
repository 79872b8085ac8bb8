#include <nlohmann/json.hpp>

#include "common/network/network.h"

namespace flowrun::network {
namespace {

using nlohmann::ordered_json;

void add_name(ordered_json& value, const char* key, const std::string& name) {
  if (!name.empty()) value[key] = name;
}

ordered_json json_of_convolution(const Layer& layer) {
  ordered_json value{
      {"type", in_words(layer)}, {"channels", layer.channels}, {"kernel", layer.kernel}, {"padding", layer.padding}};
  if (layer.stride != Size3{1, 1, 1}) value["stride"] = layer.stride;
  return value;
}

ordered_json json_of_activation(const Layer& layer) {
  if (layer.activation == Activation::relu) return {{"type", "relu"}};
  ordered_json value{{"type", layer.activation == Activation::prelu ? "prelu" : "leaky_relu"}, {"slope", layer.slope}};
  if (layer.per_position) value["per"] = "position";
  return value;
}

ordered_json json_of_pool(const Layer& layer) {
  ordered_json value{{"type", "pool"}, {"kind", layer.pooling == Pooling::max ? "max" : "average"}, {"window", layer.kernel}};
  if (layer.stride != layer.kernel) value["stride"] = layer.stride;
  return value;
}

ordered_json json_of_kind(const Layer& layer) {
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::transposed_convolution:
      return json_of_convolution(layer);
    case LayerKind::upsample:
      return {{"type", "upsample"},
              {"factor", layer.kernel},
              {"kind", layer.upsampling == Upsampling::linear ? "linear" : "nearest"}};
    case LayerKind::join:
    case LayerKind::sum:
      return {{"type", in_words(layer)}, {"with", layer.with}};
    case LayerKind::batch_norm:
      return {{"type", "batch_norm"}, {"epsilon", layer.epsilon}, {"momentum", layer.momentum}};
    case LayerKind::activation:
      return json_of_activation(layer);
    case LayerKind::pool:
      return json_of_pool(layer);
    case LayerKind::dropout:
      return {{"type", "dropout"}, {"rate", layer.rate}};
    case LayerKind::flatten:
      return {{"type", "flatten"}};
    case LayerKind::dense:
      return {{"type", "dense"}, {"units", layer.units}};
    case LayerKind::softmax:
      break;
  }
  return {{"type", "softmax"}};
}

ordered_json json_of(const std::vector<Layer>& layers) {
  ordered_json list = ordered_json::array();
  for (const Layer& layer : layers) {
    ordered_json value = json_of_kind(layer);
    add_name(value, "name", layer.name);
    add_name(value, "weight", layer.weight);
    add_name(value, "bias", layer.bias);
    const bool may_have_bias =
        layer.kind == LayerKind::convolution || layer.kind == LayerKind::transposed_convolution || layer.kind == LayerKind::dense;
    if (layer.bias.empty() && may_have_bias) value["bias"] = false;
    add_name(value, "mean", layer.mean);
    add_name(value, "variance", layer.variance);
    list.push_back(std::move(value));
  }
  return list;
}

ordered_json json_of(const Branch& branch) {
  ordered_json value = ordered_json::object();
  add_name(value, "name", branch.name);
  if (!branch.channels.empty()) value["channels"] = branch.channels;
  if (branch.size != Size3{0, 0, 0}) value["size"] = branch.size;
  value["layers"] = json_of(branch.layers);
  return value;
}

}  // namespace

std::string to_text(const Network& network) {
  ordered_json value = ordered_json::object();
  add_name(value, "name", network.name);
  if (network.is_chain()) {
    value["layers"] = json_of(network.chain());
  } else {
    for (const Branch& branch : network.branches) value[network.has_views ? "views" : "branches"].push_back(json_of(branch));
    if (!network.trunk.empty()) value["layers"] = json_of(network.trunk);
  }
  return value.dump(2);
}

}  // namespace flowrun::network
