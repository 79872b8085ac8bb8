#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace flowrun::cnn::dense {

/// Axis order is x, y, z throughout.
using Extent = std::array<int, 3>;

/// A convolution of stride 1 (cross-correlation), zeros outside its input.
struct Convolution {
  int inputs = 0;
  int outputs = 0;
  Extent kernel{};
  Extent padding{};
  std::vector<float> weight;  ///< outputs x inputs x kernel z x kernel y x kernel x
  std::vector<float> bias;    ///< outputs
  float slope = 0;            ///< of the activation after it for values below 0: 0 is ReLU, 1 no activation; 0 to 1
};

/// Pooling without padding; cells that would reach over the end are left out.
struct Pooling {
  bool maximum = false;  ///< else the average
  Extent window{};
  Extent stride{};
};

/// A matrix product, its bias and the activation after it.
struct FullyConnected {
  int inputs = 0;
  int outputs = 0;
  std::vector<float> weight;  ///< outputs x inputs
  std::vector<float> bias;    ///< outputs
  float slope = 0;            ///< as in Convolution
};

/// The numbers of a network of the family convolution, pooling, convolution, pooling, fully connected layers, on one patch.
/// The first fully connected layer's inputs run channel by channel, in each z, y, x with x fastest.
struct PatchNetwork {
  Extent patch{};  ///< voxels; the patch is centred at index patch / 2
  std::array<Convolution, 2> convolutions;
  std::array<Pooling, 2> poolings;
  std::vector<FullyConnected> layers;
  bool softmax = false;  ///< over the outputs of the last layer

  int classes() const { return layers.empty() ? 0 : layers.back().outputs; }
};

}  // namespace flowrun::cnn::dense
