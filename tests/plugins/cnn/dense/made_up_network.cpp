#include "made_up_network.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "cnn/dense/plan.h"

namespace flowrun::testing {
namespace {

using dense::Extent;

std::vector<float> random_values(std::mt19937& random, std::size_t count, float largest) {
  std::uniform_real_distribution<float> between(-largest, largest);
  std::vector<float> values(count);
  for (float& value : values) value = between(random);
  return values;
}

std::size_t product(const Extent& extent) { return static_cast<std::size_t>(extent[0] * extent[1] * extent[2]); }

dense::Convolution made_up_convolution(std::mt19937& random, int inputs, int outputs, const Extent& kernel, const Extent& padding,
                                       float slope) {
  const std::size_t taps = static_cast<std::size_t>(inputs) * product(kernel);
  return {inputs, outputs, kernel, padding,
          random_values(random, static_cast<std::size_t>(outputs) * taps, std::sqrt(6.0f / static_cast<float>(taps))),
          random_values(random, static_cast<std::size_t>(outputs), 0.2f), slope};
}

/// Values of several channels on a grid: channel, z, y, x.
struct Maps {
  int channels;
  Extent size;
  std::vector<double> values;
  double& at(int c, int x, int y, int z) { return values[index(c, x, y, z)]; }
  double at(int c, int x, int y, int z) const { return values[index(c, x, y, z)]; }
  bool has(int x, int y, int z) const { return x >= 0 && y >= 0 && z >= 0 && x < size[0] && y < size[1] && z < size[2]; }
  std::size_t index(int c, int x, int y, int z) const {
    return static_cast<std::size_t>(((c * size[2] + z) * size[1] + y) * size[0] + x);
  }
};

Maps maps_of(int channels, const Extent& size) {
  return {channels, size, std::vector<double>(static_cast<std::size_t>(channels) * product(size))};
}

template <class Do>
void for_each(const Extent& size, Do work) {
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) work(x, y, z);
    }
  }
}

double activated(double value, float slope) { return value > 0 ? value : value * static_cast<double>(slope); }

Maps convolved(const Maps& in, const dense::Convolution& layer) {
  Extent size{};
  for (std::size_t a = 0; a < 3; ++a) size[a] = in.size[a] + 2 * layer.padding[a] - layer.kernel[a] + 1;
  Maps out = maps_of(layer.outputs, size);
  for (int o = 0; o < layer.outputs; ++o) {
    for_each(size, [&](int x, int y, int z) {
      double sum = static_cast<double>(layer.bias[static_cast<std::size_t>(o)]);
      for (int i = 0; i < in.channels; ++i) {
        for_each(layer.kernel, [&](int kx, int ky, int kz) {
          const int ix = x + kx - layer.padding[0], iy = y + ky - layer.padding[1], iz = z + kz - layer.padding[2];
          const int weight = (((o * in.channels + i) * layer.kernel[2] + kz) * layer.kernel[1] + ky) * layer.kernel[0] + kx;
          if (in.has(ix, iy, iz)) sum += in.at(i, ix, iy, iz) * static_cast<double>(layer.weight[static_cast<std::size_t>(weight)]);
        });
      }
      out.at(o, x, y, z) = activated(sum, layer.slope);
    });
  }
  return out;
}

Maps pooled(const Maps& in, const dense::Pooling& layer) {
  Extent size{};
  for (std::size_t a = 0; a < 3; ++a) size[a] = (in.size[a] - layer.window[a]) / layer.stride[a] + 1;
  Maps out = maps_of(in.channels, size);
  for (int c = 0; c < in.channels; ++c) {
    for_each(size, [&](int x, int y, int z) {
      double value = layer.maximum ? -1e300 : 0;
      for_each(layer.window, [&](int dx, int dy, int dz) {
        const double v = in.at(c, x * layer.stride[0] + dx, y * layer.stride[1] + dy, z * layer.stride[2] + dz);
        value = layer.maximum ? std::max(value, v) : value + v;
      });
      out.at(c, x, y, z) = layer.maximum ? value : value / static_cast<double>(product(layer.window));
    });
  }
  return out;
}

std::vector<double> multiplied(const std::vector<double>& in, const dense::FullyConnected& layer) {
  std::vector<double> out;
  for (int o = 0; o < layer.outputs; ++o) {
    double sum = static_cast<double>(layer.bias[static_cast<std::size_t>(o)]);
    for (std::size_t i = 0; i < in.size(); ++i) sum += in[i] * static_cast<double>(layer.weight[static_cast<std::size_t>(o) * in.size() + i]);
    out.push_back(activated(sum, layer.slope));
  }
  return out;
}

}  // namespace

NetworkSizes method_sizes(bool maximum) {
  return {maximum ? "the method's, maximum pooling" : "the method's, average pooling", 4, 32, 64, {15, 15, 15}, {5, 5, 5}, {2, 2, 2},
          {2, 2, 2}, {2, 2, 2}, {5, 5, 5}, {2, 2, 2}, {2, 2, 2}, {2, 2, 2}, maximum, {256, 2}};
}

std::vector<NetworkSizes> odd_sizes() {
  return {
      {"unlike axes, three layers", 3, 20, 24, {11, 13, 9}, {3, 5, 3}, {1, 2, 1}, {2, 2, 2}, {2, 2, 2}, {3, 3, 3}, {1, 1, 1}, {2, 2, 2},
       {2, 2, 2}, true, {40, 10, 3}},
      {"pooling by three, paddings 0, 1 and 2", 1, 8, 10, {15, 15, 15}, {7, 7, 7}, {3, 3, 3}, {3, 3, 3}, {3, 3, 3}, {3, 3, 3}, {0, 1, 2},
       {1, 2, 1}, {1, 1, 1}, false, {5}, 0.1f},
      {"no padding", 2, 16, 16, {13, 13, 13}, {5, 5, 5}, {0, 0, 0}, {2, 2, 2}, {2, 2, 2}, {3, 3, 3}, {0, 0, 0}, {2, 2, 2}, {2, 2, 2},
       false, {30, 2}},
      {"even patch and kernels, overlapping pooling", 2, 16, 33, {12, 12, 12}, {4, 4, 4}, {1, 2, 1}, {3, 3, 3}, {2, 2, 2}, {7, 3, 5},
       {3, 1, 2}, {2, 2, 2}, {2, 2, 2}, true, {30, 2}, 1.0f},
      {"one voxel kernels", 1, 4, 4, {5, 5, 5}, {1, 1, 1}, {0, 0, 0}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {5, 5, 5}, {5, 5, 5},
       false, {2}}};
}

dense::PatchNetwork made_up_network(const NetworkSizes& s) {
  std::mt19937 random(7);
  dense::PatchNetwork network;
  network.patch = s.patch;
  network.convolutions = {made_up_convolution(random, s.inputs, s.width1, s.kernel1, s.padding1, s.slope),
                          made_up_convolution(random, s.width1, s.width2, s.kernel2, s.padding2, s.slope)};
  network.poolings = {dense::Pooling{s.maximum, s.pool1, s.stride1}, dense::Pooling{s.maximum, s.pool2, s.stride2}};
  std::size_t inputs = static_cast<std::size_t>(s.width2);
  for (int axis = 0; axis < 3; ++axis) inputs *= dense::plan_axis(network, axis).pools.size();
  for (std::size_t i = 0; i < s.units.size(); ++i) {
    const auto outputs = static_cast<std::size_t>(s.units[i]);
    network.layers.push_back({static_cast<int>(inputs), s.units[i],
                              random_values(random, inputs * outputs, std::sqrt(6.0f / static_cast<float>(inputs))),
                              random_values(random, outputs, 0.1f), i + 1 < s.units.size() ? s.slope : 1.0f});
    inputs = outputs;
  }
  network.softmax = true;
  return network;
}

std::vector<double> patch_by_patch(const dense::PatchNetwork& network, const dense::Image& image, std::int64_t voxel) {
  const std::array<std::int64_t, 3> centre{voxel % image.size[0], voxel / image.size[0] % image.size[1],
                                           voxel / (image.size[0] * image.size[1])};
  Maps maps = maps_of(network.convolutions[0].inputs, network.patch);
  for (int c = 0; c < maps.channels; ++c) {
    for_each(network.patch, [&](int x, int y, int z) {
      const std::array<std::int64_t, 3> at{centre[0] - network.patch[0] / 2 + x, centre[1] - network.patch[1] / 2 + y,
                                           centre[2] - network.patch[2] / 2 + z};
      const bool inside = at[0] >= 0 && at[1] >= 0 && at[2] >= 0 && at[0] < image.size[0] && at[1] < image.size[1] && at[2] < image.size[2];
      if (inside)
        maps.at(c, x, y, z) =
            static_cast<double>(image.channels[static_cast<std::size_t>(c)][at[0] + image.size[0] * (at[1] + image.size[1] * at[2])]);
    });
  }
  for (std::size_t i = 0; i < 2; ++i) maps = pooled(convolved(maps, network.convolutions[i]), network.poolings[i]);
  std::vector<double> values = maps.values;
  for (const dense::FullyConnected& layer : network.layers) values = multiplied(values, layer);
  const double largest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - largest);
  for (double& value : values) value /= sum;
  return values;
}

MadeUpImage::MadeUpImage(std::array<std::int64_t, 3> size, int channels) {
  image_.size = size;
  std::mt19937 random(3);
  for (int c = 0; c < channels; ++c) values_.push_back(random_values(random, static_cast<std::size_t>(voxel_count()), 2));
  for (const auto& channel : values_) image_.channels.push_back(channel.data());
}

std::int64_t MadeUpImage::voxel(std::int64_t x, std::int64_t y, std::int64_t z) const {
  return x + image_.size[0] * (y + image_.size[1] * z);
}

}  // namespace flowrun::testing
