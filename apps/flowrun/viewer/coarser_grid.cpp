#include "viewer/coarser_grid.h"

namespace flowrun {

Factor factor_for(const Geometry& geometry, std::int64_t most_voxels) {
  Factor factor{1, 1, 1};
  while (coarser(geometry, factor).voxel_count() > most_voxels) {
    std::size_t finest = 3;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const auto step = [&](std::size_t a) { return geometry.spacing[a] * static_cast<double>(factor[a]); };
      const bool divisible = factor[axis] < geometry.size[axis];
      if (divisible && (finest == 3 || step(axis) < step(finest) - 1e-6)) finest = axis;
    }
    if (finest == 3) break;  // one voxel is left
    ++factor[finest];
  }
  return factor;
}

Geometry coarser(const Geometry& geometry, const Factor& factor) {
  Geometry result = geometry;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    result.size[axis] = (geometry.size[axis] + factor[axis] - 1) / factor[axis];
    result.spacing[axis] = geometry.spacing[axis] * static_cast<double>(factor[axis]);
    const double middle = geometry.spacing[axis] * static_cast<double>(factor[axis] - 1) / 2;  // of the first block
    for (std::size_t row = 0; row < 3; ++row) result.origin[row] += geometry.direction[3 * row + axis] * middle;
  }
  return result;
}

}  // namespace flowrun
