#include "weights_check.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

using Shape = std::vector<std::int64_t>;

struct LayerRule {
  std::string name;
  std::vector<Shape> shapes;
};

std::vector<LayerRule> rules_for(std::int64_t channels) {
  return {{"conv1_1", {{32, channels, 5, 5, 5}, {32}}},
          {"conv2_1", {{64, 32, 5, 5, 5}, {64}}},
          {"l1", {{1728, 256}, {256}}},
          {"out", {{256, 2}, {2}}}};
}

std::string in_words(const Shape& shape) {
  std::string text;
  for (const std::int64_t axis : shape) text += (text.empty() ? "" : " x ") + std::to_string(axis);
  return text;
}

bool all_finite(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, bytes.data() + i, sizeof value);
    if (!std::isfinite(value)) return false;
  }
  return true;
}

void check_layer(const Layer& layer, const LayerRule& rule, std::vector<std::string>& faults) {
  const std::string name = "layer '" + rule.name + "'";
  if (layer.arrays.size() != rule.shapes.size()) {
    faults.push_back(name + " contains " + std::to_string(layer.arrays.size()) + " arrays where 2 (weights, biases) are expected");
    return;
  }
  for (std::size_t i = 0; i < rule.shapes.size(); ++i) {
    const std::string array = i == 0 ? "weights" : "biases";
    if (layer.arrays[i].shape != rule.shapes[i])
      faults.push_back(name + " has " + array + " of shape " + in_words(layer.arrays[i].shape) + " where " +
                       in_words(rule.shapes[i]) + " is expected");
    else if (!all_finite(layer.arrays[i].bytes)) faults.push_back(name + " has " + array + " that are NaN or infinite");
  }
}

void check_names(const WeightsFile& weights, const std::vector<LayerRule>& rules, std::vector<std::string>& faults) {
  for (const Layer& layer : weights.layers()) {
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const LayerRule& rule) { return rule.name == layer.name; });
    if (!known && !layer.arrays.empty())
      faults.push_back("it has weights for a layer '" + layer.name + "', which the network has not");
    if (known && weights.find(layer.name) != &layer) faults.push_back("it has layer '" + layer.name + "' twice");
  }
}

}  // namespace

void check_weights(const WeightsFile& weights, std::int64_t channels) {
  std::vector<std::string> faults;
  const std::vector<LayerRule> rules = rules_for(channels);
  for (const LayerRule& rule : rules) {
    if (const Layer* layer = weights.find(rule.name)) check_layer(*layer, rule, faults);
    else faults.push_back("layer '" + rule.name + "' is missing");
  }
  check_names(weights, rules, faults);
  if (faults.empty()) return;
  std::string text = "'" + weights.path() + "' does not hold the network of the MSSEG-2016 method with " +
                     std::to_string(channels) + (channels == 1 ? " channel: " : " channels: ") + faults.front();
  for (std::size_t i = 1; i < faults.size(); ++i) text += "; " + faults[i];
  throw Error(text);
}

}  // namespace flowrun::cnn
