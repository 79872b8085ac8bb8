// Affine maps as 3 x 4 matrices, row-major: p -> A p + b, with A in the columns 0 to 2 and b in column 3 (as
// TransformStep::matrix).
#pragma once

#include <array>
#include <cstddef>

#include "flowrun/sdk/geometry.h"
#include "flowrun/sdk/transform.h"

namespace flowrun::registration {

using Affine = std::array<double, 12>;

inline Point mapped(const Affine& m, const Point& p) {
  Point result;
  for (std::size_t row = 0; row < 3; ++row)
    result[row] = m[4 * row] * p[0] + m[4 * row + 1] * p[1] + m[4 * row + 2] * p[2] + m[4 * row + 3];
  return result;
}

/// First `first`, then `second`.
inline Affine joined(const Affine& first, const Affine& second) {
  Affine result{};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 4; ++column) {
      for (std::size_t k = 0; k < 3; ++k) result[4 * row + column] += second[4 * row + k] * first[4 * k + column];
      if (column == 3) result[4 * row + column] += second[4 * row + column];
    }
  return result;
}

inline Affine inverse(const Affine& m) { return inverted(affine_transform(m)).matrix(); }

/// Voxel coordinates (x, y, z) to mm, LPS.
inline Affine voxels_to_mm(const Geometry& grid) {
  Affine m{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis) m[4 * row + axis] = grid.direction[3 * row + axis] * grid.spacing[axis];
    m[4 * row + 3] = grid.origin[row];
  }
  return m;
}

/// mm, LPS, to voxel coordinates. The axes are unit vectors at right angles or nearly so; the true inverse is used.
inline Affine mm_to_voxels(const Geometry& grid) { return inverse(voxels_to_mm(grid)); }

}  // namespace flowrun::registration
