#include "voxel_map.h"

#include <algorithm>
#include <cmath>

#include "flowrun/sdk/error.h"

namespace flowrun::registration {

VoxelMap::VoxelMap(const Geometry& from, const Transform& transform, const Geometry& to)
    : to_mm_(voxels_to_mm(from)), to_voxels_(mm_to_voxels(to)), transform_(transform) {
  if (transform.is_affine()) affine_ = joined(joined(to_mm_, transform.matrix()), to_voxels_);
}

Geometry respaced(const Geometry& grid, const std::array<double, 3>& spacing) {
  Geometry result = grid;
  double voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (spacing[axis] > 0) {
      const double count = std::max(1.0, std::round(static_cast<double>(grid.size[axis]) * grid.spacing[axis] / spacing[axis]));
      result.spacing[axis] = spacing[axis];
      result.size[axis] = static_cast<std::int64_t>(std::min(count, kMostVoxels));
    }
    voxels *= static_cast<double>(result.size[axis]);
  }
  if (voxels > kMostVoxels)
    throw Error("the grid would have " + std::to_string(result.size[0]) + " x " + std::to_string(result.size[1]) + " x " +
                std::to_string(result.size[2]) + " voxels or more; choose a larger 'spacing'");
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double shift = (static_cast<double>(grid.size[axis] - 1) * grid.spacing[axis] -
                          static_cast<double>(result.size[axis] - 1) * result.spacing[axis]) /
                         2;
    for (std::size_t row = 0; row < 3; ++row) result.origin[row] += grid.direction[3 * row + axis] * shift;
  }
  return result;
}

}  // namespace flowrun::registration
