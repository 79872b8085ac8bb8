#include "blob.h"

#include <algorithm>
#include <array>

namespace flowrun::phantom {
namespace {

struct Box {
  std::array<std::int64_t, 3> low, high;  // high is one past the last voxel
};

/// The voxels that a blob can touch.
Box box_around(const Blob& blob, const HeadGrid& grid, float reach) {
  Box box;
  const std::array<float, 3> centre{blob.centre.x, blob.centre.y, blob.centre.z};
  for (int axis = 0; axis < 3; ++axis) {
    const double step = grid.geometry.spacing[axis] / grid.scale;
    const double middle = (centre[axis] - grid.geometry.origin[axis] / grid.scale) / step;
    const std::int64_t size = grid.geometry.size[axis];
    box.low[axis] = std::clamp(static_cast<std::int64_t>(std::floor(middle - reach / step)), std::int64_t{0}, size);
    box.high[axis] = std::clamp(static_cast<std::int64_t>(std::ceil(middle + reach / step)) + 1, std::int64_t{0}, size);
  }
  return box;
}

}  // namespace

float fill(const Blob& blob, const LatticeNoise& outline, float width, Vec at) {
  const Vec local = in_frame(blob.frame, at - blob.centre) / blob.half;
  const float radius = length(local);
  if (radius > 2) return 0;
  const float thinnest = std::min({blob.half.x, blob.half.y, blob.half.z});
  const float wavering = blob.roughness * std::min(1.0f, 2 * radius) * outline(at);  // the centre itself always belongs to it
  return std::clamp(0.5f + (1 + wavering - radius) * thinnest / width, 0.0f, 1.0f);
}

float home_share(Home home, const TissueShares& shares) {
  switch (home) {
    case Home::white:
      return shares.white();
    case Home::grey:
      return shares.grey;
    case Home::fluid:
      return shares.fluid;
    case Home::brain:
      return 1 - shares.fluid;
  }
  return 0;
}

void paint(const Blob& blob, const HeadGrid& grid, const TissueMaps& tissues, const LatticeNoise& outline, Images& images,
           std::vector<std::uint8_t>* mask) {
  const float width = grid.voxel() + 0.8f;
  const float reach = (1 + blob.roughness) * std::max({blob.half.x, blob.half.y, blob.half.z}) + 3 * width;
  const Box box = box_around(blob, grid, reach);
  for (std::int64_t z = box.low[2]; z < box.high[2]; ++z)
    for (std::int64_t y = box.low[1]; y < box.high[1]; ++y)
      for (std::int64_t x = box.low[0]; x < box.high[0]; ++x) {
        const std::int64_t index = grid.geometry.index_of(x, y, z);
        if (!tissues.brain[index]) continue;
        const float share = fill(blob, outline, width, grid.position(x, y, z)) * home_share(blob.home, tissues.shares[index]);
        for (int m = 0; m < kModalities; ++m) images[m][index] += share * blob.strength[m] * (blob.signal[m] - images[m][index]);
        if (mask && share > 0.5f) (*mask)[index] = 1;
      }
}

}  // namespace flowrun::phantom
