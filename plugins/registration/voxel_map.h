#pragma once

#include <optional>

#include "affine.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::registration {

/// From voxels of one grid to voxel coordinates of another, by way of a transform between their places in mm.
class VoxelMap {
 public:
  VoxelMap(const Geometry& from, const Transform& transform, const Geometry& to);

  /// Where a voxel of `from` lies, in voxels of `to`. NaN where a displacement cannot be inverted.
  Point operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const Point voxel{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
    if (affine_) return mapped(*affine_, voxel);
    return mapped(to_voxels_, transform_.apply(mapped(to_mm_, voxel)));
  }

 private:
  std::optional<Affine> affine_;  ///< the whole way in one matrix
  Affine to_mm_, to_voxels_;
  const Transform& transform_;  // outlives the map
};

/// The grid that covers the same box about the same centre with another spacing; 0 keeps an axis as it is. The number of voxels
/// is the nearest, at least 1, so the box changes by less than half a new voxel at each side. Throws Error where it has more
/// voxels than kMostVoxels.
inline constexpr double kMostVoxels = 4e9;
Geometry respaced(const Geometry& grid, const std::array<double, 3>& spacing);

}  // namespace flowrun::registration
