#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cnn/dense/first_layer.h"
#include "cnn/dense/patch_network.h"

namespace flowrun::testing {

namespace dense = cnn::dense;

/// Sizes of a network; weights are random, the same each time.
struct NetworkSizes {
  std::string name;
  int inputs, width1, width2;
  dense::Extent patch, kernel1, padding1, pool1, stride1, kernel2, padding2, pool2, stride2;
  bool maximum;
  std::vector<int> units;
  float slope = 0;
};

/// The method's network.
NetworkSizes method_sizes(bool maximum);
/// Other kernels, paddings, strides, widths and patches, different along x, y and z.
std::vector<NetworkSizes> odd_sizes();

dense::PatchNetwork made_up_network(const NetworkSizes& sizes);

/// What the network gives for the patch around a voxel, layer by layer in double precision, zeros outside the image.
std::vector<double> patch_by_patch(const dense::PatchNetwork& network, const dense::Image& image, std::int64_t voxel);

/// Images of random values between -2 and 2, one a channel.
class MadeUpImage {
 public:
  MadeUpImage(std::array<std::int64_t, 3> size, int channels);
  const dense::Image& image() const { return image_; }
  std::int64_t voxel(std::int64_t x, std::int64_t y, std::int64_t z) const;
  std::int64_t voxel_count() const { return image_.size[0] * image_.size[1] * image_.size[2]; }

 private:
  std::vector<std::vector<float>> values_;
  dense::Image image_;
};

}  // namespace flowrun::testing
