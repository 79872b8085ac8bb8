// Small raw heads, and direct sums over their images.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "flowrun/sdk/transform.h"
#include "flowrun/testing/node_runner.h"

namespace flowrun::testing {

using Sizes = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

/// Parameters of a whole raw head in few voxels, with changes.
inline NodeRunner::Values coarse(const NodeRunner::Values& changes = {}) {
  NodeRunner::Values values{{"t1_size", Sizes{64, 64, 44}},
                            {"t1_spacing", Numbers{4, 4, 4}},
                            {"flair_size", Sizes{60, 64, 30}},
                            {"flair_spacing", Numbers{4, 4, 6}}};
  values.insert(values.end(), changes.begin(), changes.end());
  return values;
}

/// The same in voxels of 2 mm and slices of 4 mm.
inline NodeRunner::Values medium(const NodeRunner::Values& changes = {}) {
  NodeRunner::Values values{{"t1_size", Sizes{128, 128, 88}},
                            {"t1_spacing", Numbers{2, 2, 2}},
                            {"flair_size", Sizes{120, 128, 45}},
                            {"flair_spacing", Numbers{2, 2, 4}}};
  values.insert(values.end(), changes.begin(), changes.end());
  return values;
}

/// Without what a scanner adds.
inline NodeRunner::Values clean(NodeRunner::Values values) {
  values.emplace_back("noise", 0.0);
  values.emplace_back("bias", 0.0);
  return values;
}

struct RawHead {
  NodeRunner runner;
  explicit RawHead(const NodeRunner::Values& params, int threads = 1) : runner("phantom.raw_head", params) {
    runner.threads(threads).run();
  }
  const Volume& image(const std::string& port) const { return runner.output<Volume>(port); }
  const Mask& mask(const std::string& port) const { return runner.output<Mask>(port); }
  const Transform& transform() const { return runner.output<Transform>("t1_to_flair"); }
};

inline const std::vector<std::string> kRawImages{"t1", "flair", "t1_clean", "flair_clean"};
inline const std::vector<std::string> kRawMasks{"brain", "lesions", "t1_brain"};

inline Point place_of(const Geometry& grid, std::int64_t index) {
  const auto voxel = grid.voxel_at(index);
  Point point = grid.origin;
  for (std::size_t world = 0; world < 3; ++world)
    for (std::size_t axis = 0; axis < 3; ++axis)
      point[world] += grid.direction[3 * world + axis] * grid.spacing[axis] * static_cast<double>(voxel[axis]);
  return point;
}

/// Where a place lies in a grid, in voxels; the direction's inverse is its transpose.
inline Point voxel_of(const Geometry& grid, const Point& place) {
  Point voxel{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (std::size_t world = 0; world < 3; ++world)
      voxel[axis] += grid.direction[3 * world + axis] * (place[world] - grid.origin[world]) / grid.spacing[axis];
  return voxel;
}

/// The image's value at a place, linear between voxels; 0 outside the grid.
inline double value_at(const Volume& image, const Point& place) {
  const Point at = voxel_of(image.geometry, place);
  double sum = 0;
  for (int corner = 0; corner < 8; ++corner) {
    double weight = 1;
    std::array<std::int64_t, 3> voxel{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double floor = std::floor(at[axis]), part = at[axis] - floor;
      const bool high = (corner >> axis & 1) != 0;
      voxel[axis] = static_cast<std::int64_t>(floor) + high;
      weight *= high ? part : 1 - part;
      if (voxel[axis] < 0 || voxel[axis] >= image.geometry.size[axis]) weight = 0;
    }
    if (weight > 0) sum += weight * image.voxels[image.geometry.index_of(voxel[0], voxel[1], voxel[2])];
  }
  return sum;
}

/// Mean place of all voxels, weighted.
inline Point centroid(const Geometry& grid, const std::function<double(std::size_t)>& weight) {
  Point sum{};
  double total = 0;
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const double share = weight(static_cast<std::size_t>(i));
    if (share == 0) continue;
    const Point place = place_of(grid, i);
    for (std::size_t axis = 0; axis < 3; ++axis) sum[axis] += share * place[axis];
    total += share;
  }
  return {sum[0] / total, sum[1] / total, sum[2] / total};
}

inline double distance(const Point& a, const Point& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

/// Pearson's correlation of an image with values looked up, over a mask of its grid.
inline double correlation(const Volume& image, const Mask& mask, const std::function<double(const Point&)>& other) {
  double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (std::int64_t i = 0; i < image.geometry.voxel_count(); ++i) {
    if (!mask.voxels[i]) continue;
    const double x = image.voxels[i], y = other(place_of(image.geometry, i));
    n += 1, a += x, b += y, aa += x * x, bb += y * y, ab += x * y;
  }
  return (n * ab - a * b) / std::sqrt((n * aa - a * a) * (n * bb - b * b));
}

}  // namespace flowrun::testing
