#include "common/network/network.h"

#include "flowrun/sdk/error.h"

namespace flowrun::network {
namespace {

std::string words_of(Activation activation) {
  switch (activation) {
    case Activation::relu:
      return "relu";
    case Activation::prelu:
      return "prelu";
    case Activation::leaky_relu:
      break;
  }
  return "leaky_relu";
}

}  // namespace

bool Network::is_chain() const {
  return branches.size() == 1 && trunk.empty() && branches[0].channels.empty() && branches[0].size == Size3{0, 0, 0};
}

std::vector<Size3> Network::views() const {
  std::vector<Size3> sizes;
  if (has_views)
    for (const Branch& branch : branches) sizes.push_back(branch.size);
  return sizes;
}

const std::vector<Layer>& Network::chain() const {
  if (!is_chain()) throw Error("the network '" + name + "' has branches; a plain chain of layers is expected");
  return branches[0].layers;
}

std::string in_words(const Layer& layer) {
  switch (layer.kind) {
    case LayerKind::convolution:
      return "convolution";
    case LayerKind::transposed_convolution:
      return "transposed_convolution";
    case LayerKind::upsample:
      return "upsample";
    case LayerKind::join:
      return "join";
    case LayerKind::sum:
      return "sum";
    case LayerKind::batch_norm:
      return "batch_norm";
    case LayerKind::activation:
      return words_of(layer.activation);
    case LayerKind::pool:
      return layer.pooling == Pooling::max ? "max pool" : "average pool";
    case LayerKind::dropout:
      return "dropout";
    case LayerKind::flatten:
      return "flatten";
    case LayerKind::dense:
      return "dense";
    case LayerKind::softmax:
      break;
  }
  return "softmax";
}

std::string in_words(const Shape& shape) {
  if (shape.flat) return std::to_string(shape.channels) + (shape.channels == 1 ? " value" : " values");
  return std::to_string(shape.channels) + (shape.channels == 1 ? " channel of " : " channels of ") +
         std::to_string(shape.size[0]) + " x " + std::to_string(shape.size[1]) + " x " + std::to_string(shape.size[2]) +
         " voxels";
}

std::string in_words(const std::vector<Size3>& sizes) {
  std::string text;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i > 0) text += i + 1 == sizes.size() ? " and " : ", ";
    text += std::to_string(sizes[i][0]) + " x " + std::to_string(sizes[i][1]) + " x " + std::to_string(sizes[i][2]);
  }
  return text + " voxels";
}

}  // namespace flowrun::network
