#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "common/network/network_object.h"

namespace flowrun::network {
namespace {

constexpr std::int64_t kMostChannels = std::int64_t{1} << 20;
constexpr std::size_t kMostLayers = 1000;
constexpr int kDeepest = 16;  // messages quote values, and writing a value out takes stack for each level

Size3 same_padding(const ObjectReader& reader, const Layer& layer) {
  Size3 padding{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (layer.kernel[axis] % 2 == 0)
      reader.refuse("has padding \"same\", which an even kernel cannot have; give the numbers of voxels");
    padding[axis] = layer.kernel[axis] / 2;
  }
  return padding;
}

/// What a convolution and its transpose have in common.
void read_kernels(const ObjectReader& reader, const std::string& prefix, Layer& layer) {
  reader.allow({"type", "channels", "kernel", "padding", "stride", "weight", "bias"});
  layer.channels = reader.whole("channels", 1, kMostChannels);
  layer.kernel = reader.size("kernel", 1, 1);
  layer.stride = reader.size_or("stride", 1, 1, {1, 1, 1});
  const bool same = layer.kind == LayerKind::convolution && reader.has("padding") && reader.at("padding") == json("same");
  layer.padding = same ? same_padding(reader, layer) : reader.size_or("padding", 0, 0, {0, 0, 0});
  layer.weight = reader.parameter("weight", prefix, false);
  layer.bias = reader.parameter("bias", prefix, true);
}

void read_convolution(const ObjectReader& reader, const std::string& prefix, Layer& layer) {
  layer.kind = LayerKind::convolution;
  read_kernels(reader, prefix, layer);
}

void read_transposed_convolution(const ObjectReader& reader, const std::string& prefix, Layer& layer) {
  layer.kind = LayerKind::transposed_convolution;
  read_kernels(reader, prefix, layer);
}

void read_upsample(const ObjectReader& reader, const std::string&, Layer& layer) {
  reader.allow({"type", "kind", "factor"});
  layer.kind = LayerKind::upsample;
  const std::string kind = reader.has("kind") ? reader.text("kind") : "nearest";
  if (kind != "nearest" && kind != "linear") reader.refuse("has 'kind' \"" + kind + "\"; choose nearest or linear");
  layer.upsampling = kind == "linear" ? Upsampling::linear : Upsampling::nearest;
  layer.kernel = reader.size("factor", 1, 1);
}

void read_join(const ObjectReader& reader, const std::string&, Layer& layer) {
  reader.allow({"type", "with"});
  layer.kind = LayerKind::join;
  layer.with = reader.texts("with");
  if (layer.with.empty()) reader.refuse("has an empty 'with'; name at least one earlier layer");
}

void read_sum(const ObjectReader& reader, const std::string& prefix, Layer& layer) {
  read_join(reader, prefix, layer);
  layer.kind = LayerKind::sum;
}

void read_pool(const ObjectReader& reader, const std::string&, Layer& layer) {
  reader.allow({"type", "kind", "window", "stride"});
  layer.kind = LayerKind::pool;
  const std::string kind = reader.text("kind");
  if (kind != "average" && kind != "max") reader.refuse("has 'kind' \"" + kind + "\"; choose average or max");
  layer.pooling = kind == "max" ? Pooling::max : Pooling::average;
  layer.kernel = reader.size("window", 1, 1);
  layer.stride = reader.size_or("stride", 1, 1, layer.kernel);
}

void read_batch_norm(const ObjectReader& reader, const std::string& prefix, Layer& layer) {
  reader.allow({"type", "epsilon", "momentum", "weight", "bias", "mean", "variance"});
  layer.kind = LayerKind::batch_norm;
  layer.epsilon = reader.number("epsilon", layer.epsilon, 0, 1);
  layer.momentum = reader.number("momentum", layer.momentum, 0, 1);
  layer.weight = reader.parameter("weight", prefix, false);
  layer.bias = reader.parameter("bias", prefix, false);
  layer.mean = reader.has("mean") ? reader.parameter("mean", prefix, false) : prefix + ".running_mean";
  layer.variance = reader.has("variance") ? reader.parameter("variance", prefix, false) : prefix + ".running_var";
}

void read_relu(const ObjectReader& reader, const std::string&, Layer&) { reader.allow({"type"}); }

void read_leaky_relu(const ObjectReader& reader, const std::string&, Layer& layer) {
  reader.allow({"type", "slope"});
  layer.activation = Activation::leaky_relu;
  layer.slope = reader.number("slope", 0.01, 0, 1);
}

void read_prelu(const ObjectReader& reader, const std::string& prefix, Layer& layer) {
  reader.allow({"type", "slope", "per", "weight"});
  layer.activation = Activation::prelu;
  if (reader.has("per")) {
    const std::string per = reader.text("per");
    if (per != "channel" && per != "position") reader.refuse("has 'per' \"" + per + "\"; choose channel or position");
    layer.per_position = per == "position";
  }
  layer.slope = reader.number("slope", 0.25, 0, 1);
  layer.weight = reader.parameter("weight", prefix, false);
}

void read_dropout(const ObjectReader& reader, const std::string&, Layer& layer) {
  reader.allow({"type", "rate"});
  layer.kind = LayerKind::dropout;
  reader.at("rate");
  layer.rate = reader.number("rate", 0, 0, 1);
}

void read_flatten(const ObjectReader& reader, const std::string&, Layer& layer) {
  reader.allow({"type"});
  layer.kind = LayerKind::flatten;
}

void read_dense(const ObjectReader& reader, const std::string& prefix, Layer& layer) {
  reader.allow({"type", "units", "weight", "bias"});
  layer.kind = LayerKind::dense;
  layer.units = reader.whole("units", 1, kMostChannels);
  layer.weight = reader.parameter("weight", prefix, false);
  layer.bias = reader.parameter("bias", prefix, true);
}

void read_softmax(const ObjectReader& reader, const std::string&, Layer& layer) {
  reader.allow({"type"});
  layer.kind = LayerKind::softmax;
}

struct Type {
  const char* name;
  void (*read)(const ObjectReader&, const std::string& prefix, Layer&);
};

constexpr std::array<Type, 14> kTypes{{{"convolution", read_convolution},
                                       {"transposed_convolution", read_transposed_convolution},
                                       {"upsample", read_upsample},
                                       {"join", read_join},
                                       {"sum", read_sum},
                                       {"batch_norm", read_batch_norm},
                                       {"relu", read_relu},
                                       {"prelu", read_prelu},
                                       {"leaky_relu", read_leaky_relu},
                                       {"pool", read_pool},
                                       {"dropout", read_dropout},
                                       {"flatten", read_flatten},
                                       {"dense", read_dense},
                                       {"softmax", read_softmax}}};

/// Names become names in the code of the model.
std::string layer_name(const ObjectReader& reader) {
  const std::string name = reader.text("name");
  const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), plain))
    reader.refuse("has 'name' " + json(name).dump() + "; letters, digits and _ are expected");
  return name;
}

Layer read_layer(const json& value, const std::string& place, const std::string& prefix) {
  ObjectReader reader(value, place);
  const std::string name = reader.text("type");
  const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const Type& one) { return name == one.name; });
  if (type == kTypes.end()) {
    std::string known;
    for (const Type& one : kTypes) known += (known.empty() ? "" : ", ") + std::string(one.name);
    reader.refuse("has the type \"" + name + "\", which is unknown; known are " + known);
  }
  reader.name_place(name);
  Layer layer;
  type->read(reader, prefix, layer);
  if (reader.has("name")) layer.name = layer_name(reader);
  return layer;
}

/// Each name once, and none that is used before the layer that has it.
void check_names(const std::vector<Layer>& layers, const std::string& where) {
  std::set<std::string> known;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string place = where + ", layer " + std::to_string(i + 1) + " (" + in_words(layers[i]) + ")";
    for (const std::string& name : layers[i].with)
      if (!known.contains(name))
        throw Error(place + ", uses the layer '" + name + "', but no layer before it in the list has this \"name\"");
    if (!layers[i].name.empty() && !known.insert(layers[i].name).second)
      throw Error(place + " has the name '" + layers[i].name + "', which a layer before it has");
  }
}

std::vector<Layer> read_layers(const ObjectReader& reader, const std::string& where, const std::string& prefix) {
  const json& value = reader.at("layers");
  if (!value.is_array() || value.size() > kMostLayers)
    reader.refuse("has 'layers' that are not a list of at most " + std::to_string(kMostLayers) + " layers");
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < value.size(); ++i)
    layers.push_back(read_layer(value[i], where + ", layer " + std::to_string(i + 1), prefix + std::to_string(i)));
  check_names(layers, where);
  return layers;
}

/// `word`: "branch" or "view".
Branch read_branch(const json& value, std::size_t index, const std::string& where, const std::string& word) {
  const ObjectReader reader(value, where + ", " + word + " " + std::to_string(index + 1));
  reader.allow({"name", "channels", "size", "layers"});
  Branch branch;
  if (reader.has("name")) branch.name = reader.text("name");
  branch.size = word == "view" ? reader.size("size", 1, 1) : reader.size_or("size", 1, 1, {0, 0, 0});
  if (reader.has("channels")) {
    const json& channels = reader.at("channels");
    if (!channels.is_array() || channels.empty() || channels.size() > kMostLayers)
      reader.refuse("has 'channels' that are not a list of numbers of channels");
    for (const json& channel : channels) branch.channels.push_back(reader.whole("channels", channel, 0, kMostChannels));
  }
  const std::string place =
      where + ", " + word + " " + (branch.name.empty() ? std::to_string(index + 1) : "'" + branch.name + "'");
  branch.layers = read_layers(reader, place, "branches." + std::to_string(index) + ".");
  return branch;
}

void read_branches(const ObjectReader& reader, const std::string& where, Network& network) {
  const std::string word = network.has_views ? "view" : "branch";
  const char* key = network.has_views ? "views" : "branches";
  const json& branches = reader.at(key);
  if (!branches.is_array() || branches.empty() || branches.size() > kMostLayers)
    reader.refuse("has '" + std::string(key) + "' that are not a list of " + key);
  if (network.has_views && branches.size() < 2) reader.refuse("has one view; a network on one patch has 'layers' and no 'views'");
  for (std::size_t i = 0; i < branches.size(); ++i) network.branches.push_back(read_branch(branches[i], i, where, word));
  if (reader.has("layers")) network.trunk = read_layers(reader, where + ", behind the " + key, "trunk.");
}

void refuse_repeated_parameters(const Network& network, const std::string& where) {
  std::set<std::string> seen;
  const auto look = [&](const std::vector<Layer>& layers) {
    for (const Layer& layer : layers)
      for (const std::string* name : {&layer.weight, &layer.bias, &layer.mean, &layer.variance})
        if (!name->empty() && !seen.insert(*name).second)
          throw Error(where + " names the parameter '" + *name + "' twice; each layer has parameters of its own");
  };
  for (const Branch& branch : network.branches) look(branch.layers);
  look(network.trunk);
}

/// The library's sentence without its own number: "parse error at line 1, column 2: ...".
std::string json_fault(const json::exception& fault) {
  const std::string text = fault.what();
  const std::size_t end = text.front() == '[' ? text.find("] ") : std::string::npos;
  return end == std::string::npos ? text : text.substr(end + 2);
}

/// nlohmann/json keeps the last of two equal keys; a person who wrote both meant something else.
json parse_without_repeats(const std::string& text, const std::string& where) {
  std::vector<std::set<std::string>> open;
  std::string repeated;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kDeepest) throw Error(where + " is nested too deeply for a network");
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second)
      repeated = value.get<std::string>();
    return true;
  };
  try {
    json value = json::parse(text, watch);
    if (!repeated.empty()) throw Error(where + " has the key '" + repeated + "' twice in one object");
    return value;
  } catch (const json::exception& fault) {
    throw Error(where + " is not JSON: " + json_fault(fault));
  }
}

}  // namespace

Network parse_network(const std::string& text, const std::string& where) {
  const json value = parse_without_repeats(text, where);
  const ObjectReader reader(value, where);
  reader.allow({"name", "branches", "views", "layers"});
  Network network;
  if (reader.has("name")) network.name = reader.text("name");
  network.has_views = reader.has("views");
  if (network.has_views && reader.has("branches"))
    reader.refuse("has both 'branches' and 'views'; branches look at one patch, views have one each");
  if (network.has_views || reader.has("branches")) read_branches(reader, where, network);
  else network.branches.push_back({"", {}, {0, 0, 0}, read_layers(reader, where, "")});
  refuse_repeated_parameters(network, where);
  return network;
}

}  // namespace flowrun::network
