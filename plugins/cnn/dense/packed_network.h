#pragma once

#include <cstdint>
#include <vector>

#include "buffer.h"
#include "patch_network.h"
#include "plan.h"

namespace flowrun::cnn::dense {

/// A fully connected layer as MatrixRows wants it, its columns filled up to whole panels.
struct PackedLayer {
  int inputs = 0;
  int columns = 0;  ///< a multiple of kPanel
  AlignedFloats panels;
  AlignedFloats bias;
  float slope = 0;
};

/// A network with its plan and its weights in the order in which the kernels read them. The division of an average pooling is
/// part of the weights that follow it.
struct PackedNetwork {
  explicit PackedNetwork(const PatchNetwork& network);

  Plan plan;
  int channels = 0;        ///< of the image
  Extent kernel1{};
  Extent padding1{};
  Extent kernel2{};
  int width1 = 0;          ///< channels of the first convolution, a multiple of kLane
  int lanes2 = 0;          ///< channels of the second convolution / kLane, rounded up
  int classes = 0;
  float slope1 = 0;
  float slope2 = 0;
  bool maximum1 = false;
  bool maximum2 = false;
  bool softmax = false;
  std::uint64_t patch_multiply_adds = 0;  ///< of one patch run by itself, products with padding included
  int features = 0;  ///< inputs of the first layer: lane, cell x, cell y, cell z, channel of the lane

  AlignedFloats weights1;  ///< [tap x][tap y][tap z][channel][width1]
  AlignedFloats bias1;     ///< width1
  AlignedFloats weights2;  ///< [lane][tap x][tap y][channel of width1][tap z][kLane]
  AlignedFloats bias2;     ///< lanes2 x kLane
  std::vector<PackedLayer> layers;

  const float* taps1(int x, int y, int z) const;
  int depth1(const TapRange& z) const { return z.count() * channels; }
  const float* taps2(int lane, int x, int y) const;
  int tap_count2() const { return kernel2[2]; }
  int pooled_cells() const;  ///< of the second pooling, x * y * z

 private:
  void pack_first(const PatchNetwork& network);
  void pack_second(const PatchNetwork& network);
  void pack_layers(const PatchNetwork& network);
};

}  // namespace flowrun::cnn::dense
