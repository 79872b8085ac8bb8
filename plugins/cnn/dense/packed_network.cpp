#include "packed_network.h"

#include <cstddef>

#include "kernels.h"

namespace flowrun::cnn::dense {
namespace {

std::size_t product(const Extent& extent) {
  return static_cast<std::size_t>(extent[0]) * static_cast<std::size_t>(extent[1]) * static_cast<std::size_t>(extent[2]);
}

// Of an average, what the sum is to be multiplied by.
float share(const Pooling& pooling) { return pooling.maximum ? 1.0f : 1.0f / static_cast<float>(product(pooling.window)); }

AlignedFloats filled_up(const std::vector<float>& values, int size) {
  AlignedFloats filled(values.begin(), values.end());
  filled.resize(static_cast<std::size_t>(size));
  return filled;
}

std::uint64_t multiply_adds_of_patch(const PatchNetwork& network) {
  std::uint64_t total = 0;
  Extent size = network.patch;
  for (std::size_t i = 0; i < 2; ++i) {
    const Convolution& layer = network.convolutions[i];
    const Pooling& pool = network.poolings[i];
    for (std::size_t axis = 0; axis < 3; ++axis) size[axis] += 2 * layer.padding[axis] - layer.kernel[axis] + 1;
    total += product(size) * product(layer.kernel) * static_cast<std::size_t>(layer.inputs) * static_cast<std::size_t>(layer.outputs);
    for (std::size_t axis = 0; axis < 3; ++axis) size[axis] = (size[axis] - pool.window[axis]) / pool.stride[axis] + 1;
  }
  for (const FullyConnected& layer : network.layers) total += layer.weight.size();
  return total;
}

float weight_at(const Convolution& c, int output, int input, int x, int y, int z) {
  const int index = (((output * c.inputs + input) * c.kernel[2] + z) * c.kernel[1] + y) * c.kernel[0] + x;
  return c.weight[static_cast<std::size_t>(index)];
}

PackedLayer packed(const FullyConnected& layer, const std::vector<int>& source_of_input) {
  PackedLayer packed;
  packed.inputs = static_cast<int>(source_of_input.size());
  packed.columns = (layer.outputs + kPanel - 1) / kPanel * kPanel;
  packed.slope = layer.slope;
  packed.bias = filled_up(layer.bias, packed.columns);
  packed.panels.resize(static_cast<std::size_t>(packed.inputs) * static_cast<std::size_t>(packed.columns));
  for (int out = 0; out < layer.outputs; ++out) {
    float* panel = packed.panels.data() + static_cast<std::size_t>(out / kPanel) * kPanel * source_of_input.size() + out % kPanel;
    for (std::size_t i = 0; i < source_of_input.size(); ++i) {
      const int source = source_of_input[i];  // -1: a channel that only fills up
      if (source >= 0) panel[i * kPanel] = layer.weight[static_cast<std::size_t>(out * layer.inputs + source)];
    }
  }
  return packed;
}

}  // namespace

PackedNetwork::PackedNetwork(const PatchNetwork& network)
    : plan(make_plan(network)),
      channels(network.convolutions[0].inputs),
      kernel1(network.convolutions[0].kernel),
      padding1(network.convolutions[0].padding),
      kernel2(network.convolutions[1].kernel),
      width1(padded(network.convolutions[0].outputs)),
      lanes2(lanes(network.convolutions[1].outputs)),
      classes(network.classes()),
      slope1(network.convolutions[0].slope),
      slope2(network.convolutions[1].slope),
      maximum1(network.poolings[0].maximum),
      maximum2(network.poolings[1].maximum),
      softmax(network.softmax) {
  pack_first(network);
  pack_second(network);
  pack_layers(network);
  patch_multiply_adds = multiply_adds_of_patch(network);
}

const float* PackedNetwork::taps1(int x, int y, int z) const {
  return weights1.data() + static_cast<std::size_t>(((x * kernel1[1] + y) * kernel1[2] + z) * channels * width1);
}

const float* PackedNetwork::taps2(int lane, int x, int y) const {
  return weights2.data() + static_cast<std::size_t>(((lane * kernel2[0] + x) * kernel2[1] + y) * width1 * kernel2[2] * kLane);
}

int PackedNetwork::pooled_cells() const {
  return static_cast<int>(plan.axes[0].pools.size() * plan.axes[1].pools.size() * plan.axes[2].pools.size());
}

void PackedNetwork::pack_first(const PatchNetwork& network) {
  const Convolution& c = network.convolutions[0];
  weights1.resize(product(kernel1) * static_cast<std::size_t>(channels * width1));
  bias1 = filled_up(c.bias, width1);
  for (int x = 0; x < kernel1[0]; ++x) {
    for (int y = 0; y < kernel1[1]; ++y) {
      for (int z = 0; z < kernel1[2]; ++z) {
        float* to = weights1.data() + (taps1(x, y, z) - weights1.data());
        for (int in = 0; in < channels; ++in, to += width1) {
          for (int out = 0; out < c.outputs; ++out) to[out] = weight_at(c, out, in, x, y, z);
        }
      }
    }
  }
}

void PackedNetwork::pack_second(const PatchNetwork& network) {
  const Convolution& c = network.convolutions[1];
  const float scale = share(network.poolings[0]);
  weights2.resize(static_cast<std::size_t>(lanes2 * kLane * width1) * product(kernel2));
  bias2 = filled_up(c.bias, lanes2 * kLane);
  for (int out = 0; out < c.outputs; ++out) {
    for (int x = 0; x < kernel2[0]; ++x) {
      for (int y = 0; y < kernel2[1]; ++y) {
        float* to = weights2.data() + (taps2(out / kLane, x, y) - weights2.data()) + out % kLane;
        for (int in = 0; in < c.inputs; ++in) {
          for (int z = 0; z < kernel2[2]; ++z) to[(in * kernel2[2] + z) * kLane] = scale * weight_at(c, out, in, x, y, z);
        }
      }
    }
  }
}

void PackedNetwork::pack_layers(const PatchNetwork& network) {
  const auto cells = [&](std::size_t axis) { return static_cast<int>(plan.axes[axis].pools.size()); };
  std::vector<int> sources;
  for (int lane = 0; lane < lanes2; ++lane) {
    for (int x = 0; x < cells(0); ++x) {
      for (int y = 0; y < cells(1); ++y) {
        for (int z = 0; z < cells(2); ++z) {
          for (int c = lane * kLane; c < (lane + 1) * kLane; ++c) {
            const bool real = c < network.convolutions[1].outputs;
            sources.push_back(real ? ((c * cells(2) + z) * cells(1) + y) * cells(0) + x : -1);
          }
        }
      }
    }
  }
  features = static_cast<int>(sources.size());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    FullyConnected layer = network.layers[i];
    if (i == 0) {
      for (float& weight : layer.weight) weight *= share(network.poolings[1]);
    } else {
      sources.resize(static_cast<std::size_t>(layer.inputs));
      for (int s = 0; s < layer.inputs; ++s) sources[static_cast<std::size_t>(s)] = s;
    }
    layers.push_back(packed(layer, sources));
  }
}

}  // namespace flowrun::cnn::dense
