#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::restore {

/// An image times `scale`, with `border` voxels more on each side, mirrored at its outermost voxels (-1 is 1). Blocks around any
/// voxel lie in it whole. A few values behind the end may be read.
class PaddedImage {
 public:
  PaddedImage(const Volume& volume, std::int64_t border, float scale, Context& context);

  /// Of the voxel with the lowest coordinates in the block around voxel (x, y, z) of the image.
  std::int64_t corner_of(std::int64_t x, std::int64_t y, std::int64_t z) const { return x + row_ * y + plane_ * z; }
  const float* data() const { return voxels_.data(); }
  std::int64_t row() const { return row_; }
  std::int64_t plane() const { return plane_; }

 private:
  std::int64_t row_ = 0, plane_ = 0;
  std::vector<float> voxels_;
};

/// Mean and population variance of the block around each voxel of an image, summed in double precision. A variance below 1e-12
/// of the squared mean is rounding, and 0.
struct BlockMoments {
  std::vector<float> means, variances;
};

BlockMoments block_moments(const PaddedImage& image, const std::array<std::int64_t, 3>& size, std::int64_t radius,
                           Context& context);

}  // namespace flowrun::restore
