// A network of layers as data: read from JSON, written back, and followed through its shapes. Standard library only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun::network {

using Size3 = std::array<std::int64_t, 3>;  ///< along x, y, z; a tensor is N x C x D x H x W, where D is z and W is x

enum class LayerKind {
  convolution,
  transposed_convolution,
  batch_norm,
  activation,
  pool,
  upsample,
  join,
  sum,
  dropout,
  flatten,
  dense,
  softmax
};
enum class Pooling { average, max };
enum class Activation { relu, prelu, leaky_relu };
enum class Upsampling { nearest, linear };

/// One layer. Which fields count depends on the kind; the others keep their defaults.
struct Layer {
  LayerKind kind = LayerKind::activation;
  std::string name;  ///< by which later layers of the same list can use the output of this one; empty: none does
  // convolution: a cross-correlation with kernels out x in x D x H x W; pool: a window that must lie within the image;
  // transposed_convolution: the convolution's transpose, kernels in x out x D x H x W
  std::int64_t channels = 0;  ///< convolutions: channels of the output
  Size3 kernel{1, 1, 1};      ///< convolutions: size of the kernel; pool: size of the window; upsample: factor along each axis
  Size3 stride{1, 1, 1};
  Size3 padding{0, 0, 0};  ///< convolution: zeros before and after; transposed_convolution: voxels cut off at each end
  Pooling pooling = Pooling::average;
  Upsampling upsampling = Upsampling::nearest;  ///< linear: as PyTorch's trilinear without aligned corners
  std::vector<std::string> with;  ///< join: outputs of earlier layers, put behind the input's channels; sum: added to the input
  // activation
  Activation activation = Activation::relu;
  double slope = 0;  ///< leaky_relu: factor of negative values; prelu: its initial value
  bool per_position = false;  ///< prelu: a slope for each channel and position of the image, not one for each channel
  // the others
  double rate = 0;         ///< dropout: share of the values that training sets to 0
  std::int64_t units = 0;  ///< dense: values of the output
  double epsilon = 1e-5;   ///< batch_norm: added to the variance
  double momentum = 0.1;   ///< batch_norm: weight of the newest batch in the running mean and variance
  std::string weight;      ///< name of the module's parameter (convolutions, dense, batch_norm, prelu), as "features.0.weight"
  std::string bias;        ///< likewise (convolutions, dense, batch_norm); empty: the layer has none
  std::string mean;        ///< batch_norm: name of the module's buffer of running means
  std::string variance;    ///< batch_norm: name of the module's buffer of running variances

  bool operator==(const Layer&) const = default;
};

/// Layers on a part of the network's input: some of its channels, cropped about the centre; or on a view of its own.
struct Branch {
  std::string name;
  std::vector<std::int64_t> channels;  ///< which channels of the input, numbered from 0, in this order; empty: all
  Size3 size{0, 0, 0};                 ///< the middle of the patch that is looked at, zeros: the whole patch; or the view's size
  std::vector<Layer> layers;

  bool operator==(const Branch&) const = default;
};

/// Branches beside each other, each on the network's input, whose outputs are joined along the channels, and the layers behind.
/// A plain network is one branch on the whole input with no layers behind.
///
/// With views each branch has a patch of its own, of the branch's size, and all of them lie around one voxel. The network's input
/// is then a row of values for each sample: the channels of the first view (C x D x H x W), behind them those of the second, and
/// so on. As a tensor it is N x 1 x 1 x 1 x values.
struct Network {
  std::string name;  ///< a few words for people
  std::vector<Branch> branches;
  std::vector<Layer> trunk;
  bool has_views = false;  ///< two branches or more, each with its size

  bool is_chain() const;                    ///< one branch on the whole input, no trunk
  std::vector<Size3> views() const;         ///< the size of each view; empty where it has none
  const std::vector<Layer>& chain() const;  ///< its layers; throws Error when it is no chain

  bool operator==(const Network&) const = default;
};

/// What flows between layers: C channels of an image, or C values in a row once flattened.
struct Shape {
  std::int64_t channels = 0;
  Size3 size{1, 1, 1};
  bool flat = false;
  std::int64_t values() const { return channels * size[0] * size[1] * size[2]; }
  bool operator==(const Shape&) const = default;
};

/// The shape behind each layer.
struct Shapes {
  Shape input;
  std::vector<Shape> branch_inputs;
  std::vector<std::vector<Shape>> branches;
  Shape joined;  ///< what goes into the trunk
  std::vector<Shape> trunk;
  Shape output;
};

/// A parameter or buffer that a layer needs, with its shape in LibTorch.
struct Parameter {
  enum class Role { weight, bias, mean, variance };
  std::string name;
  Role role = Role::weight;
  std::vector<std::int64_t> shape;
  const Layer* layer = nullptr;  ///< of the network that was asked
  bool is_buffer() const { return role == Role::mean || role == Role::variance; }
};

/// Reads {"name": "...", "layers": [...]} or {"name": "...", "branches": [{"name", "channels", "size", "layers"}, ...], "layers":
/// [...]}, or "views" in the place of "branches". Layers, sizes along x, y, z as one number for all axes, three numbers, or two
/// for a flat (2D) kernel, which is 1 along z:
///   {"type": "convolution", "channels": 32, "kernel": [5, 5, 5], "padding": [2, 2, 2] or "same", "stride": 1, "weight":
///   "conv1_weight",
///    "bias": "conv1_bias" or false}
///   {"type": "batch_norm", "epsilon": 1e-5, "momentum": 0.1, "weight", "bias", "mean", "variance"}
///   {"type": "relu"}, {"type": "leaky_relu", "slope": 0.01}, {"type": "prelu", "slope": 0.25, "per": "channel" or "position",
///    "weight"}
///   {"type": "pool", "kind": "average" or "max", "window": 2, "stride": as the window}
///   {"type": "transposed_convolution", "channels": 16, "kernel": 2, "stride": 2, "padding": 0, "weight", "bias"}
///   {"type": "upsample", "factor": 2, "kind": "nearest" or "linear"}
///   {"type": "join", "with": "first"}, {"type": "sum", "with": ["first", "second"]}, where "name": "first" is a key of an
///   earlier layer of the same list
///   {"type": "dropout", "rate": 0.5}, {"type": "flatten"}, {"type": "dense", "units": 256, "weight", "bias"}, {"type":
///   "softmax"}
/// Names that are left out are those of nn.Sequential, "<index>.weight" with the index from 0; with branches or views
/// "branches.<index>.<index>.weight" and "trunk.<index>.weight". Keys that start with "x-" are left alone.
///
/// Throws Error for anything else. Each sentence begins with `where` ("the network in 'a.json'") and names the layer, counted
/// from 1: "layer 3 (convolution)".
Network parse_network(const std::string& text, const std::string& where);

/// The JSON text of a network, such that parse_network gives the same network again.
std::string to_text(const Network& network);

/// Follows an input of some channels and size through the layers; where the network has views, `channels` is that of each view,
/// and the size is not looked at. Throws Error, beginning with `where` and naming the layer and its input, when a layer cannot
/// take what comes.
Shapes infer_shapes(const Network& network, std::int64_t channels, const Size3& size, const std::string& where);

/// All parameters and buffers in the order of the layers, for an input of these shapes.
std::vector<Parameter> parameters(const Network& network, const Shapes& shapes);

/// "convolution", "max pool", "leaky_relu": as messages name a layer.
std::string in_words(const Layer& layer);
/// "4 channels of 15 x 15 x 15 voxels", "1728 values".
std::string in_words(const Shape& shape);
/// "25 x 25 x 1, 51 x 51 x 1 and 75 x 75 x 1 voxels".
std::string in_words(const std::vector<Size3>& sizes);

}  // namespace flowrun::network
