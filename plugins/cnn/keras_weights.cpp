#include "keras_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr std::size_t kFaultsShown = 6;

KerasRule convolution(const std::string& name, std::int64_t in, std::int64_t out) {
  return {"conv" + name, {{"kernel", {3, 3, 3, in, out}}, {"bias", {out}}}};
}

KerasRule normalisation(const std::string& name, std::int64_t channels) {
  const Shape shape{channels};
  return {"bn_" + name, {{"gamma", shape}, {"beta", shape}, {"moving_mean", shape}, {"moving_variance", shape}}};
}

KerasRule slopes(const std::string& name, const Shape& shape) { return {"prelu_" + name, {{"alpha", shape}}}; }

KerasRule dense(const std::string& name, std::int64_t in, std::int64_t out) {
  return {name, {{"kernel", {in, out}}, {"bias", {out}}}};
}

void add_block(std::vector<KerasRule>& rules, const std::string& name, std::int64_t in, std::int64_t out, std::int64_t size) {
  rules.push_back(convolution(name, in, out));
  rules.push_back(normalisation(name, out));
  rules.push_back(slopes("conv" + name, {out, size, size, size}));
}

void add_dense(std::vector<KerasRule>& rules, const std::string& name, std::int64_t in, std::int64_t out) {
  rules.push_back(dense(name, in, out));
  rules.push_back(slopes(name, {out}));
}

std::string in_words(const Shape& shape) {
  std::string text;
  for (const std::int64_t axis : shape) text += (text.empty() ? "" : " x ") + std::to_string(axis);
  return text;
}

/// What is wrong with the values, "" when nothing is.
std::string fault_of_values(std::string_view bytes, bool is_variance) {
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, bytes.data() + i, sizeof value);
    if (!std::isfinite(value)) return "that are NaN or infinite";
    if (is_variance && value < 0) return "below 0";
  }
  return "";
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

[[noreturn]] void refuse(const std::string& path, const std::vector<std::string>& faults, const std::vector<std::string>& images,
                         const std::string& hint) {
  std::string text = "'" + path + "' does not contain the network of nicMSlesions for " + std::to_string(images.size()) +
                     (images.size() == 1 ? " image (" : " images (") + listed(images) + "): ";
  for (std::size_t i = 0; i < std::min(faults.size(), kFaultsShown); ++i) text += (i == 0 ? "" : "; ") + faults[i];
  if (faults.size() > kFaultsShown) text += "; and " + std::to_string(faults.size() - kFaultsShown) + " more";
  throw Error(text + hint);
}

/// What to do where only the number of images differs.
std::string images_hint(const Shape& found, const Shape& expected) {
  if (found.size() != expected.size() || found[3] == expected[3]) return "";
  return "; it takes " + std::to_string(found[3]) + " images: name them in the order of its channels in parameter 'channels'";
}

/// The layer is the first part of the name, the array the last one without ":0" behind.
std::pair<std::string, std::string> key_of(const std::string& name) {
  const std::size_t first = name.find('/'), last = name.rfind('/');
  if (first == std::string::npos) return {"", name};
  return {name.substr(0, first), name.substr(last + 1, name.find(':', last) - last - 1)};
}

}  // namespace

std::vector<KerasRule> nicmslesions_rules(std::int64_t channels) {
  std::vector<KerasRule> rules;
  add_block(rules, "1_1", channels, 32, 11);
  add_block(rules, "1_2", 32, 32, 11);
  add_block(rules, "2_1", 32, 64, 5);
  add_block(rules, "2_2", 64, 64, 5);
  add_dense(rules, "d1", 512, 256);
  add_dense(rules, "d2", 256, 128);
  add_dense(rules, "d3", 128, 64);
  rules.push_back(dense("out", 64, 2));
  return rules;
}

KerasWeights::KerasWeights(const std::string& path, std::string file) : path_(path), file_(std::move(file)) {
  try {
    hdf5::Contents contents = hdf5::read(file_);
    backend_ = contents.texts["backend"];
    if (backend_ != "theano" && backend_ != "tensorflow")
      throw Error((backend_.empty() ? "it has no attribute 'backend'" : "its attribute 'backend' is '" + backend_ + "'") +
                  " where theano or tensorflow is expected; the kernels of the two run the other way round");
    for (hdf5::DataSet& set : contents.data_sets) {
      const auto key = key_of(set.name);
      const std::string name = set.name;
      if (!arrays_.emplace(key, std::move(set)).second) throw Error("it has the array '" + name + "' of its layer twice");
    }
  } catch (const Error& fault) {
    throw Error("'" + path + "' cannot be used as a file of weights: " + fault.what());
  }
}

void KerasWeights::check(const std::vector<KerasRule>& rules, const std::vector<std::string>& images) const {
  std::vector<std::string> faults;
  std::string hint;
  std::size_t known = 0;
  for (const KerasRule& rule : rules) {
    for (const auto& [name, shape] : rule.arrays) {
      const std::string array = "layer '" + rule.layer + "' has ";
      const auto found = arrays_.find({rule.layer, name});
      if (found == arrays_.end()) {
        faults.push_back(array + "no " + name);
        continue;
      }
      ++known;
      const std::string fault = fault_of_values(found->second.bytes, name == "moving_variance");
      if (name == "kernel" && rule.layer == "conv1_1") hint = images_hint(found->second.shape, shape);
      if (found->second.shape != shape)
        faults.push_back(array + name + " of shape " + in_words(found->second.shape) + " where " + in_words(shape) +
                         " is expected");
      else if (!fault.empty()) faults.push_back(array + "values of " + name + " " + fault);
    }
  }
  if (known < arrays_.size())
    faults.push_back(std::to_string(arrays_.size() - known) + " of its " + std::to_string(arrays_.size()) +
                     " arrays are of layers that this network does not have");
  if (!faults.empty()) refuse(path_, faults, images, hint);
}

}  // namespace flowrun::cnn
