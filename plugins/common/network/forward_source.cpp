#include "common/network/forward_source.h"

#include <cstdio>

namespace flowrun::network {
namespace {

std::string self(const std::string& name) {
  std::string text = "self";
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t dot = std::min(name.find('.', begin), name.size());
    text = "getattr(" + text + ", \"" + name.substr(begin, dot - begin) + "\")";
    begin = dot + 1;
  }
  return text;
}

std::string self_or_none(const std::string& name) { return name.empty() ? "None" : self(name); }

std::string zyx(const Size3& size) {
  return "[" + std::to_string(size[2]) + ", " + std::to_string(size[1]) + ", " + std::to_string(size[0]) + "]";
}

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17e", value);
  return text;
}

std::string activation(const Layer& layer) {
  // torch.prelu knows slopes per channel only. The factors of a slope per position are broadcast along the samples.
  if (layer.activation == Activation::prelu && layer.per_position)
    return "torch.addcmul(torch.clamp_min(x, 0), " + self(layer.weight) + ", torch.clamp_max(x, 0))";
  if (layer.activation == Activation::prelu) return "torch.prelu(x, " + self(layer.weight) + ")";
  return layer.activation == Activation::relu ? "torch.relu(x)" : "torch.leaky_relu(x, " + number(layer.slope) + ")";
}

std::string number_list(const Size3& factor) {
  return "[" + number(static_cast<double>(factor[2])) + ", " + number(static_cast<double>(factor[1])) + ", " +
         number(static_cast<double>(factor[0])) + "]";
}

/// The size is left to the factors, so that the code takes images of any size.
std::string upsampling(const Layer& layer) {
  const std::string factors = number_list(layer.kernel);
  return layer.upsampling == Upsampling::nearest ? "torch.upsample_nearest3d(x, None, " + factors + ")"
                                                 : "torch.upsample_trilinear3d(x, None, False, " + factors + ")";
}

std::string joined(const Layer& layer, const std::string& scope) {
  std::string text = "torch.cat([x";
  for (const std::string& name : layer.with) text += ", " + scope + name;
  return text + "], 1)";
}

std::string added(const Layer& layer, const std::string& scope) {
  std::string text = "x";
  for (const std::string& name : layer.with) text += " + " + scope + name;
  return text;
}

/// Whether a convolution does the same: each place of the kernel adds to one voxel of the result, and none lies beyond it.
bool is_convolution(const Layer& layer) {
  bool is = layer.kind == LayerKind::transposed_convolution && layer.stride == Size3{1, 1, 1};
  for (std::size_t axis = 0; axis < 3; ++axis) is = is && layer.padding[axis] < layer.kernel[axis];
  return is;
}

/// Voxels that such a convolution adds at each side.
Size3 margin(const Layer& layer) {
  Size3 voxels{};
  for (std::size_t axis = 0; axis < 3; ++axis) voxels[axis] = layer.kernel[axis] - 1 - layer.padding[axis];
  return voxels;
}

/// LibTorch unfolds a transposed convolution on the CPU into a matrix, gigabytes for a kernel of 9 x 9 x 9, where a convolution
/// runs in oneDNN.
std::string transposed(const Layer& layer) {
  if (!is_convolution(layer))
    return "torch.conv_transpose3d(x, " + self(layer.weight) + ", " + self_or_none(layer.bias) + ", " + zyx(layer.stride) + ", " +
           zyx(layer.padding) + ")";
  return "torch.conv3d(x, torch.flip(torch.transpose(" + self(layer.weight) + ", 0, 1), [2, 3, 4]), " + self_or_none(layer.bias) +
         ", [1, 1, 1], " + zyx(margin(layer)) + ")";
}

/// oneDNN fills registers of 16 numbers with channels of the result.
bool has_few_channels(const Layer& layer) { return is_convolution(layer) && layer.channels <= 8 && layer.kernel[0] > 1; }

/// The same sums in two steps: a convolution along y and z, whose channels are those of the result times the places of the kernel
/// along x; then each place is added at its x.
std::string transposed_to_few(const Layer& layer) {
  const auto [width, height, depth] = layer.kernel;
  const auto [along_x, along_y, along_z] = margin(layer);
  const std::string step = std::to_string(width);
  std::string text = "    parts = torch.conv3d(x, torch.flip(torch.reshape(torch.permute(" + self(layer.weight) +
                     ", [1, 4, 0, 2, 3]), [" + std::to_string(layer.channels * width) + ", -1, " + std::to_string(depth) + ", " +
                     std::to_string(height) + ", 1]), [2, 3]), None, [1, 1, 1], " + zyx({0, along_y, along_z}) + ")\n";
  for (std::int64_t x = 0; x < width; ++x)
    text += std::string(x == 0 ? "    x = " : "    x = x + ") + "torch.constant_pad_nd(parts[:, " + std::to_string(x) +
            "::" + step + "], [" + std::to_string(x - layer.padding[0]) + ", " + std::to_string(along_x - x) + "])\n";
  if (!layer.bias.empty()) text += "    x = x + torch.reshape(" + self(layer.bias) + ", [1, -1, 1, 1, 1])\n";
  return text;
}

std::string expression(const Layer& layer, const std::string& scope) {
  switch (layer.kind) {
    case LayerKind::transposed_convolution:
      return transposed(layer);
    case LayerKind::upsample:
      return upsampling(layer);
    case LayerKind::join:
      return joined(layer, scope);
    case LayerKind::sum:
      return added(layer, scope);
    case LayerKind::convolution:
      return "torch.conv3d(x, " + self(layer.weight) + ", " + self_or_none(layer.bias) + ", " + zyx(layer.stride) + ", " +
             zyx(layer.padding) + ")";
    case LayerKind::batch_norm:
      return "torch.batch_norm(x, " + self(layer.weight) + ", " + self(layer.bias) + ", " + self(layer.mean) + ", " +
             self(layer.variance) + ", False, " + number(layer.momentum) + ", " + number(layer.epsilon) + ", False)";
    case LayerKind::activation:
      return activation(layer);
    case LayerKind::pool:
      return std::string(layer.pooling == Pooling::max ? "torch.max_pool3d" : "torch.avg_pool3d") + "(x, " + zyx(layer.kernel) +
             ", " + zyx(layer.stride) + ")";
    case LayerKind::dropout:
      return "x";
    case LayerKind::flatten:
      return "torch.flatten(x, 1)";
    case LayerKind::dense:
      return "torch.linear(x, " + self(layer.weight) + ", " + self_or_none(layer.bias) + ")";
    case LayerKind::softmax:
      break;
  }
  return "torch.softmax(x, 1)";
}

/// `scope` begins the names of the outputs that later layers use.
std::string statements(const std::vector<Layer>& layers, const std::string& scope) {
  std::string text;
  for (const Layer& layer : layers) {
    if (has_few_channels(layer)) text += transposed_to_few(layer);
    else if (layer.kind != LayerKind::dropout) text += "    x = " + expression(layer, scope) + "\n";
    if (!layer.name.empty()) text += "    " + scope + layer.name + " = x\n";
  }
  return text;
}

/// "    x = torch.stack([x[:, 2], x[:, 0]], 1)".
std::string channels_of(const Branch& branch) {
  std::string channels;
  for (const std::int64_t channel : branch.channels)
    channels += (channels.empty() ? "x[:, " : ", x[:, ") + std::to_string(channel) + "]";
  return channels.empty() ? "" : "    x = torch.stack([" + channels + "], 1)\n";
}

std::int64_t voxels_of(const Size3& size) { return size[0] * size[1] * size[2]; }

/// A view's values in the row of all views, `before` voxels of others in front of it: as many of each as there are channels.
std::string view_of_row(const Branch& branch, std::int64_t before) {
  const std::string count = "channels * " + std::to_string(voxels_of(branch.size));
  const std::string part = "torch.narrow(row, 1, channels * " + std::to_string(before) + ", " + count + ")";
  const std::string sizes = zyx(branch.size);
  return "    x = torch.reshape(" + part + ", [-1, channels, " + sizes.substr(1) + ")\n" + channels_of(branch);
}

std::string part_of_input(const Branch& branch) {
  std::string text = "    x = patches\n" + channels_of(branch);
  if (branch.size == Size3{0, 0, 0}) return text;
  for (int dim = 2; dim < 5; ++dim) {
    const std::string length = std::to_string(branch.size[static_cast<std::size_t>(4 - dim)]), axis = std::to_string(dim);
    text += "    x = torch.narrow(x, " + axis + ", (x.size(" + axis + ") - " + length + ") // 2, " + length + ")\n";
  }
  return text;
}

}  // namespace

std::string forward_source(const Network& network) {
  std::string text = "def forward(self, patches):\n";
  std::int64_t voxels = 0;
  for (const Size3& view : network.views()) voxels += voxels_of(view);
  if (network.has_views)
    text += "    row = torch.flatten(patches, 1)\n    channels = row.size(1) // " + std::to_string(voxels) + "\n";
  std::string names;
  voxels = 0;
  for (std::size_t i = 0; i < network.branches.size(); ++i) {
    const std::string name = "branch" + std::to_string(i);
    const Branch& branch = network.branches[i];
    text += network.has_views ? view_of_row(branch, voxels) : part_of_input(branch);
    voxels += voxels_of(branch.size);
    text += statements(branch.layers, name + "_") + "    " + name + " = x\n";
    names += (names.empty() ? "" : ", ") + name;
  }
  if (network.branches.size() > 1) text += "    x = torch.cat([" + names + "], 1)\n";
  return text + statements(network.trunk, "trunk_") + "    return x\n";
}

}  // namespace flowrun::network
