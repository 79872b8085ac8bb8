#include "direct_network.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace flowrun::testing {
namespace {

struct Map {
  std::size_t channels = 0;
  std::size_t size = 0;  ///< along each axis
  std::vector<float> values;
  float& at(std::size_t c, std::size_t x, std::size_t y, std::size_t z) { return values[((c * size + x) * size + y) * size + z]; }
  float at(std::size_t c, std::size_t x, std::size_t y, std::size_t z) const {
    return values[((c * size + x) * size + y) * size + z];
  }
};

// One kernel entry at a time, moved over the whole map: few lines, and fast enough.
void add_shifted(const Map& in, std::size_t channel, float weight, std::array<int, 3> shift, Map& out, std::size_t to) {
  const int size = static_cast<int>(in.size);
  const auto low = [](int d) { return std::max(0, -d); };
  const auto high = [&](int d) { return std::min(size, size - d); };
  for (int x = low(shift[0]); x < high(shift[0]); ++x)
    for (int y = low(shift[1]); y < high(shift[1]); ++y)
      for (int z = low(shift[2]); z < high(shift[2]); ++z)
        out.at(to, x, y, z) += weight * in.at(channel, x + shift[0], y + shift[1], z + shift[2]);
}

Map convolved(const Map& in, const PickleWriter::Array& kernels, const PickleWriter::Array& biases) {
  const auto outputs = static_cast<std::size_t>(kernels.shape[0]);
  Map out{outputs, in.size, std::vector<float>(outputs * in.size * in.size * in.size)};
  std::size_t entry = 0;
  for (std::size_t to = 0; to < outputs; ++to)
    for (std::size_t from = 0; from < in.channels; ++from)
      for (int x = -2; x <= 2; ++x)
        for (int y = -2; y <= 2; ++y)
          for (int z = -2; z <= 2; ++z) add_shifted(in, from, kernels.values[entry++], {x, y, z}, out, to);
  const std::size_t map_size = in.size * in.size * in.size;
  for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = std::max(0.0f, out.values[i] + biases.values[i / map_size]);
  return out;
}

Map pooled(const Map& in, bool max_pooling) {
  Map out{in.channels, in.size / 2, {}};
  for (std::size_t c = 0; c < in.channels; ++c)
    for (std::size_t x = 0; x < out.size; ++x)
      for (std::size_t y = 0; y < out.size; ++y)
        for (std::size_t z = 0; z < out.size; ++z) {
          float sum = 0;
          float largest = in.at(c, 2 * x, 2 * y, 2 * z);
          for (std::size_t i = 0; i < 8; ++i) {
            const float value = in.at(c, 2 * x + i / 4, 2 * y + i / 2 % 2, 2 * z + i % 2);
            sum += value;
            largest = std::max(largest, value);
          }
          out.values.push_back(max_pooling ? largest : sum / 8);
        }
  return out;
}

std::vector<float> dense(const std::vector<float>& in, const PickleWriter::Array& weights, const PickleWriter::Array& biases) {
  std::vector<float> out = biases.values;
  for (std::size_t i = 0; i < in.size(); ++i)
    for (std::size_t j = 0; j < out.size(); ++j) out[j] += in[i] * weights.values[i * out.size() + j];
  return out;
}

}  // namespace

std::array<double, 2> direct_network(const PickleWriter::Layers& weights, const std::vector<float>& patch, bool max_pooling) {
  const auto arrays = [&](const char* name) -> const std::vector<PickleWriter::Array>& {
    return std::find_if(weights.begin(), weights.end(), [&](const auto& layer) { return layer.first == name; })->second;
  };
  const Map input{static_cast<std::size_t>(arrays("conv1_1")[0].shape[1]), 15, patch};
  const Map first = pooled(convolved(input, arrays("conv1_1")[0], arrays("conv1_1")[1]), max_pooling);
  const Map second = pooled(convolved(first, arrays("conv2_1")[0], arrays("conv2_1")[1]), max_pooling);
  std::vector<float> hidden = dense(second.values, arrays("l1")[0], arrays("l1")[1]);
  for (float& value : hidden) value = std::max(0.0f, value);
  const std::vector<float> logits = dense(hidden, arrays("out")[0], arrays("out")[1]);
  const double lesion = 1 / (1 + std::exp(static_cast<double>(logits[0]) - logits[1]));
  return {1 - lesion, lesion};
}

}  // namespace flowrun::testing
