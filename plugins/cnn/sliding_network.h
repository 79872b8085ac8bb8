#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/network/model_description.h"
#include "common/torch/torch_headers.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::cnn {

/// Voxels of an image from `low` on.
struct VoxelBox {
  std::array<std::int64_t, 3> low{}, size{};
};

/// A patch network whose windows never reach beyond the patch, so that it gives the same in a patch as at its place in the whole
/// image. All voxels of a box are then computed at once: the strides of the pools become steps between the values that later
/// layers read (Li, Zhao and Wang, arXiv 1412.4526; Giusti et al., ICIP 2013), a dense layer a convolution over the map before
/// it.
class SlidingNetwork {
 public:
  struct Step {
    enum class Kind { convolution, pool, batch_norm, activation, softmax } kind = Kind::activation;
    const network::Layer* layer = nullptr;    ///< of the description
    std::array<std::int64_t, 3> steps{};      ///< between the values that it reads, along z, y, x
    at::Tensor weight, bias, mean, variance;  ///< convolutions: out x in x D x H x W
  };
  struct Branch {
    network::Size3 size{};               ///< of its patch
    std::vector<std::int64_t> channels;  ///< empty: all
    std::vector<Step> layers;
  };

  SlidingNetwork(std::vector<Branch> branches, std::vector<Step> trunk)
      : branches_(std::move(branches)), trunk_(std::move(trunk)) {}

  const std::vector<Branch>& branches() const { return branches_; }
  /// K x D x H x W: the scores of the voxels of a box; what lies outside of the volumes is 0. The calling thread has an
  /// InferenceScope.
  at::Tensor scores(const std::vector<const Volume*>& volumes, const VoxelBox& box) const;

 private:
  std::vector<Branch> branches_;
  std::vector<Step> trunk_;
};

/// A sliding network, or why it is none: "layer 3 (convolution) has a padding, so it ...".
struct SlidingOrWhyNot {
  std::optional<SlidingNetwork> network;
  std::string reason;
};

/// Takes the layers of a description and the parameters of its model. The description outlives the network.
SlidingOrWhyNot sliding_network(const network::ModelDescription& description,
                                const std::map<std::string, at::Tensor>& parameters);

}  // namespace flowrun::cnn
