#include "axial_view.h"

#include <algorithm>
#include <cmath>

namespace flowrun::view {
namespace {

double component(const Geometry& geometry, std::size_t world, std::size_t axis) { return geometry.direction[3 * world + axis]; }

/// The voxel axis for each world axis: of the six ways the one that is closest overall.
std::array<std::size_t, 3> closest_axes(const Geometry& geometry) {
  std::array<std::size_t, 3> order{0, 1, 2}, best = order;
  double best_sum = -1;
  do {
    double sum = 0;
    for (std::size_t world = 0; world < 3; ++world) sum += std::abs(component(geometry, world, order[world]));
    if (sum > best_sum + 1e-9) {
      best_sum = sum;
      best = order;
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

}  // namespace

AxialView axial_view_of(const Geometry& geometry) {
  const std::array<std::int64_t, 3> strides{1, geometry.size[0], geometry.size[0] * geometry.size[1]};
  const auto axes = closest_axes(geometry);
  AxialView view;
  view.first_height = geometry.origin[2];
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t axis = axes[i];
    const bool flipped = component(geometry, i, axis) < 0;
    view.size[i] = geometry.size[axis];
    view.spacing[i] = geometry.spacing[axis];
    view.stride[i] = flipped ? -strides[axis] : strides[axis];
    if (flipped) view.start += strides[axis] * (geometry.size[axis] - 1);
    const double along_z = component(geometry, 2, axis) * geometry.spacing[axis];
    // The middle of a slice along u and v; slice 0 itself along w, which is the last one of a flipped axis.
    const double middle =
        i < 2 ? 0.5 * static_cast<double>(geometry.size[axis] - 1) : (flipped ? static_cast<double>(geometry.size[axis] - 1) : 0);
    view.first_height += along_z * middle;
    if (i == 2) view.height_step = std::abs(along_z);
  }
  return view;
}

}  // namespace flowrun::view
