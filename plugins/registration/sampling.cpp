#include "sampling.h"

#include <algorithm>
#include <cmath>

#include "common/random/random.h"
#include "interpolate.h"

namespace flowrun::registration {
namespace {

/// `along`: mm along the axes from the first voxel.
bool is_inside(const Mask& mask, const Point& along) {
  std::array<std::int64_t, 3> at;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    at[axis] = static_cast<std::int64_t>(std::floor(along[axis] / mask.geometry.spacing[axis] + 0.5));
    if (at[axis] < 0 || at[axis] >= mask.geometry.size[axis]) return false;
  }
  return mask.voxels[static_cast<std::size_t>(mask.geometry.index_of(at[0], at[1], at[2]))] != 0;
}

}  // namespace

Samples spread_samples(const Volume& image, const Head& head, double margin, double distance, const Mask* mask) {
  const Affine to_mm = voxels_to_mm(image.geometry);
  const Point& spacing = image.geometry.spacing;
  Point low, step;
  std::array<std::int64_t, 3> cells;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double last = static_cast<double>(image.geometry.size[axis] - 1) * spacing[axis];
    low[axis] = std::max(0.0, head.low[axis] - margin);
    const double range = std::min(last, head.high[axis] + margin) - low[axis];
    cells[axis] = std::max<std::int64_t>(1, static_cast<std::int64_t>(range / distance));
    step[axis] = range / static_cast<double>(cells[axis]);
  }
  Samples samples;
  std::uint64_t number = 0;
  for (std::int64_t z = 0; z < cells[2]; ++z)
    for (std::int64_t y = 0; y < cells[1]; ++y)
      for (std::int64_t x = 0; x < cells[0]; ++x) {
        const std::array<std::int64_t, 3> cell{x, y, z};
        Point along, voxel;
        for (std::size_t axis = 0; axis < 3; ++axis) {
          along[axis] = low[axis] + step[axis] * (static_cast<double>(cell[axis]) + random::uniform_double(random::murmur(++number)));
          voxel[axis] = along[axis] / spacing[axis];
        }
        if (mask && !is_inside(*mask, along)) continue;
        samples.points.push_back(mapped(to_mm, voxel));
        samples.values.push_back(linear_value(image, voxel));
      }
  return samples;
}

Samples half_of(const Samples& samples, const Volume& image, const Head& head, std::size_t axis, bool upper) {
  Samples half;
  for (std::size_t i = 0; i < samples.points.size(); ++i) {
    double along = 0;
    for (std::size_t row = 0; row < 3; ++row)
      along += image.geometry.direction[3 * row + axis] * (samples.points[i][row] - head.centre[row]);
    if ((along >= 0) != upper) continue;
    half.points.push_back(samples.points[i]);
    half.values.push_back(samples.values[i]);
  }
  return half;
}

}  // namespace flowrun::registration
