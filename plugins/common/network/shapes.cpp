#include <algorithm>
#include <map>

#include "common/network/network.h"
#include "flowrun/sdk/error.h"

namespace flowrun::network {
namespace {

/// More values than this in one sample are a mistake, and below it no product of sizes can overflow.
constexpr std::int64_t kMostChannels = std::int64_t{1} << 28;
constexpr std::int64_t kMostVoxels = std::int64_t{1} << 14;  // along one axis
constexpr double kMostValues = 1e12;

std::string size_words(const Size3& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]);
}

/// Says why a layer cannot take its input; `refuse` adds which layer and which input.
struct Misfit {
  std::string reason;
};

/// The size behind a window that moves over an image, as PyTorch counts it: only whole windows count.
Size3 moved_window(const Size3& size, const Layer& layer) {
  Size3 out{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t room = size[axis] + 2 * layer.padding[axis] - layer.kernel[axis];
    if (room < 0) {
      const std::string what = layer.kind == LayerKind::pool ? "a window of " : "a kernel of ";
      const bool padded = layer.padding != Size3{0, 0, 0};
      throw Misfit{what + size_words(layer.kernel) + (padded ? " with a padding of " + size_words(layer.padding) : "") +
                   " is larger than that"};
    }
    out[axis] = room / layer.stride[axis] + 1;
  }
  return out;
}

void require_image(const Shape& shape) {
  if (shape.flat) throw Misfit{"it needs channels of an image, which are no more after a flatten"};
}

/// The size before a window that moved over an image, where it fitted without a remainder.
Size3 moved_back(const Size3& size, const Layer& layer) {
  Size3 out{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    out[axis] = (size[axis] - 1) * layer.stride[axis] - 2 * layer.padding[axis] + layer.kernel[axis];
    if (out[axis] < 1) throw Misfit{"a padding of " + size_words(layer.padding) + " would leave nothing of it"};
  }
  return out;
}

Size3 product(const Size3& size, const Size3& factor) { return {size[0] * factor[0], size[1] * factor[1], size[2] * factor[2]}; }

using Named = std::map<std::string, Shape>;

/// The input and what is joined to it, channels behind channels.
Shape with_joined(const Layer& layer, Shape in, const Named& named) {
  for (const std::string& name : layer.with) {
    const Shape& other = named.at(name);
    if (other.flat != in.flat || other.size != in.size)
      throw Misfit{"it cannot be joined with '" + name + "', which is " + in_words(other) + "; the sizes must be equal"};
    in.channels += other.channels;
  }
  return in;
}

Shape with_added(const Layer& layer, const Shape& in, const Named& named) {
  for (const std::string& name : layer.with)
    if (named.at(name) != in)
      throw Misfit{"it cannot be added to '" + name + "', which is " + in_words(named.at(name)) +
                   "; channels and sizes must be equal"};
  return in;
}

Shape behind(const Layer& layer, const Shape& in, const Named& named) {
  switch (layer.kind) {
    case LayerKind::transposed_convolution:
      require_image(in);
      return {layer.channels, moved_back(in.size, layer), false};
    case LayerKind::upsample:
      require_image(in);
      return {in.channels, product(in.size, layer.kernel), false};
    case LayerKind::join:
      return with_joined(layer, in, named);
    case LayerKind::sum:
      return with_added(layer, in, named);
    case LayerKind::convolution:
      require_image(in);
      return {layer.channels, moved_window(in.size, layer), false};
    case LayerKind::pool:
      require_image(in);
      return {in.channels, moved_window(in.size, layer), false};
    case LayerKind::flatten:
      if (in.flat) throw Misfit{"its input is flat already"};
      return {in.values(), {1, 1, 1}, true};
    case LayerKind::dense:
      if (!in.flat) throw Misfit{"it needs values in a row; put a flatten before it"};
      return {layer.units, {1, 1, 1}, true};
    default:
      return in;
  }
}

void require_sane(const Shape& shape) {
  const bool sizes = std::all_of(shape.size.begin(), shape.size.end(), [](auto n) { return n >= 1 && n <= kMostVoxels; });
  const bool channels = shape.channels >= 1 && shape.channels <= kMostChannels;
  const double values = static_cast<double>(shape.channels) * static_cast<double>(shape.size[0]) *
                        static_cast<double>(shape.size[1]) * static_cast<double>(shape.size[2]);
  if (!sizes || !channels || values > kMostValues)
    throw Misfit{"its output would be " + in_words(shape) + ", which is beyond what flowrun computes"};
}

std::vector<Shape> follow(const std::vector<Layer>& layers, Shape shape, const std::string& where) {
  std::vector<Shape> shapes;
  Named named;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    try {
      const Shape next = behind(layers[i], shape, named);
      require_sane(next);
      shapes.push_back(next);
      if (!layers[i].name.empty()) named[layers[i].name] = next;
      shape = next;
    } catch (const Misfit& misfit) {
      throw Error(where + ", layer " + std::to_string(i + 1) + " (" + in_words(layers[i]) + "), gets " + in_words(shape) + ": " +
                  misfit.reason);
    }
  }
  return shapes;
}

std::string branch_words(const Network& network, std::size_t index) {
  const std::string& name = network.branches[index].name;
  return (network.has_views ? ", view " : ", branch ") + (name.empty() ? std::to_string(index + 1) : "'" + name + "'");
}

/// The branch's part of a patch. A view is a patch of its own.
Shape branch_input(const Branch& branch, const Shape& input, const std::string& where) {
  for (const std::int64_t channel : branch.channels)
    if (channel >= input.channels)
      throw Error(where + ", takes channel " + std::to_string(channel) + ", but the input has " + in_words(input) +
                  ", the channels numbered from 0");
  Shape shape = input;
  if (!branch.channels.empty()) shape.channels = static_cast<std::int64_t>(branch.channels.size());
  if (branch.size == Size3{0, 0, 0}) return shape;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t rest = input.size[axis] - branch.size[axis];
    if (rest < 0 || rest % 2 != 0)
      throw Error(where + ", looks at the middle " + size_words(branch.size) + " voxels of a patch of " + size_words(input.size) +
                  "; both must be odd or both even along each axis, and the patch at least as large");
  }
  shape.size = branch.size;
  return shape;
}

Shape joined(const std::vector<Shape>& parts, const std::string& where) {
  Shape sum = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].flat != sum.flat || parts[i].size != sum.size)
      throw Error(where + ": the branches cannot be joined along their channels: the first gives " + in_words(parts.front()) +
                  ", number " + std::to_string(i + 1) + " gives " + in_words(parts[i]));
    sum.channels += parts[i].channels;
  }
  return sum;
}

/// A slope for each channel (of values in a row: each value), or for each channel and position.
std::vector<std::int64_t> slopes_of(const Layer& layer, const Shape& in) {
  if (!layer.per_position || in.flat) return {in.channels};
  return {in.channels, in.size[2], in.size[1], in.size[0]};
}

std::vector<Parameter> of_layer(const Layer& layer, const Shape& in) {
  using Role = Parameter::Role;
  std::vector<Parameter> found;
  const auto add = [&](const std::string& name, Role role, std::vector<std::int64_t> shape) {
    if (!name.empty()) found.push_back({name, role, std::move(shape), &layer});
  };
  switch (layer.kind) {
    case LayerKind::convolution:
      add(layer.weight, Role::weight, {layer.channels, in.channels, layer.kernel[2], layer.kernel[1], layer.kernel[0]});
      add(layer.bias, Role::bias, {layer.channels});
      break;
    case LayerKind::transposed_convolution:
      add(layer.weight, Role::weight, {in.channels, layer.channels, layer.kernel[2], layer.kernel[1], layer.kernel[0]});
      add(layer.bias, Role::bias, {layer.channels});
      break;
    case LayerKind::dense:
      add(layer.weight, Role::weight, {layer.units, in.channels});
      add(layer.bias, Role::bias, {layer.units});
      break;
    case LayerKind::batch_norm:
      add(layer.weight, Role::weight, {in.channels});
      add(layer.bias, Role::bias, {in.channels});
      add(layer.mean, Role::mean, {in.channels});
      add(layer.variance, Role::variance, {in.channels});
      break;
    case LayerKind::activation:
      if (layer.activation == Activation::prelu) add(layer.weight, Role::weight, slopes_of(layer, in));
      break;
    default:
      break;
  }
  return found;
}

void add_parameters(const std::vector<Layer>& layers, Shape in, const std::vector<Shape>& shapes, std::vector<Parameter>& all) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (Parameter& parameter : of_layer(layers[i], in)) all.push_back(std::move(parameter));
    in = shapes.at(i);
  }
}

/// The input of a network: a patch, or the values of all views in a row.
Shape input_of(const Network& network, std::int64_t channels, const Size3& size, const std::string& where) {
  Shape all{0, {1, 1, 1}, true};
  for (const Size3& one : network.has_views ? network.views() : std::vector<Size3>{size}) {
    const Shape patch{channels, one, false};
    try {
      require_sane(patch);
    } catch (const Misfit&) {
      throw Error(where + ": an input of " + in_words(patch) + " is beyond what flowrun computes");
    }
    if (!network.has_views) return patch;
    all.channels += patch.values();
  }
  return all;
}

}  // namespace

Shapes infer_shapes(const Network& network, std::int64_t channels, const Size3& size, const std::string& where) {
  Shapes shapes;
  shapes.input = input_of(network, channels, size, where);
  const bool plain = network.is_chain();
  std::vector<Shape> outputs;
  for (std::size_t i = 0; i < network.branches.size(); ++i) {
    const std::string place = where + (plain ? "" : branch_words(network, i));
    const Branch& branch = network.branches[i];
    const Shape around = network.has_views ? Shape{channels, branch.size, false} : shapes.input;
    shapes.branch_inputs.push_back(branch_input(branch, around, place));
    shapes.branches.push_back(follow(network.branches[i].layers, shapes.branch_inputs.back(), place));
    outputs.push_back(shapes.branches.back().empty() ? shapes.branch_inputs.back() : shapes.branches.back().back());
  }
  if (outputs.empty()) throw Error(where + " has no branch");
  shapes.joined = joined(outputs, where);
  const char* behind = network.has_views ? ", behind the views" : ", behind the branches";
  shapes.trunk = follow(network.trunk, shapes.joined, where + (plain ? "" : behind));
  shapes.output = shapes.trunk.empty() ? shapes.joined : shapes.trunk.back();
  return shapes;
}

std::vector<Parameter> parameters(const Network& network, const Shapes& shapes) {
  std::vector<Parameter> all;
  for (std::size_t i = 0; i < network.branches.size(); ++i)
    add_parameters(network.branches[i].layers, shapes.branch_inputs.at(i), shapes.branches.at(i), all);
  add_parameters(network.trunk, shapes.joined, shapes.trunk, all);
  return all;
}

}  // namespace flowrun::network
