#include "scan_grid.h"

#include <algorithm>
#include <cmath>

#include "common/grid/axes.h"
#include "flowrun/sdk/error.h"

namespace flowrun::phantom {
namespace {

constexpr std::int64_t kMostVoxels = 1LL << 26;  // an image of 512 x 512 x 256 voxels
constexpr double kMostPoints = 16;               // along an axis of a voxel
constexpr double kSmear = 0.2;                   // mm beyond the spacing, as in phantom.head

/// Directions of the image's axes in the world: the letters' axes, turned by the tilt.
std::array<double, 9> direction_of(const FieldOfView& field) {
  const auto axes = grid::axes_from(field.axes).value();  // the choices of the parameter are all axes
  const Pose tilt = pose_of(field.tilt, {0, 0, 0});
  std::array<double, 9> direction{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Point unit{0, 0, 0};
    unit[axes[axis].world] = axes[axis].forward ? 1 : -1;
    const Point turned = tilt.apply(unit);
    for (std::size_t world = 0; world < 3; ++world) direction[3 * world + axis] = turned[world];
  }
  return direction;
}

/// Puts the first voxel where the field's middle comes to lie at `centre`.
void centre_on(const Point& centre, Geometry& geometry) {
  for (std::size_t world = 0; world < 3; ++world) {
    double half = 0;
    for (std::size_t axis = 0; axis < 3; ++axis)
      half += 0.5 * geometry.direction[3 * world + axis] * geometry.spacing[axis] * static_cast<double>(geometry.size[axis] - 1);
    geometry.origin[world] = centre[world] - half;
  }
}

Point middle_of(const Geometry& geometry) {
  Geometry at_zero = geometry;
  centre_on({0, 0, 0}, at_zero);
  Point middle{};
  for (std::size_t world = 0; world < 3; ++world) middle[world] = geometry.origin[world] - at_zero.origin[world];
  return middle;
}

void require_memory(const Geometry& geometry, const std::string& name) {
  const auto [x, y, z] = geometry.size;
  if (x <= kMostVoxels / y / z) return;
  throw Error("the " + name + " would have " + std::to_string(x) + " x " + std::to_string(y) + " x " + std::to_string(z) +
              " voxels, but at most " + std::to_string(kMostVoxels) + " are made; give a smaller size");
}

ScanGrid with_points(const Geometry& geometry) {
  ScanGrid scan{.geometry = geometry};
  const double smallest = *std::min_element(geometry.spacing.begin(), geometry.spacing.end());
  for (std::size_t axis = 0; axis < 3; ++axis)
    scan.points[axis] = static_cast<int>(std::clamp(std::round(geometry.spacing[axis] / smallest), 1.0, kMostPoints));
  scan.width = static_cast<float>(smallest + kSmear);
  return scan;
}

}  // namespace

Point ScanGrid::step(std::size_t axis) const {
  Point step{};
  for (std::size_t world = 0; world < 3; ++world)
    step[world] = geometry.direction[3 * world + axis] * geometry.spacing[axis];
  return step;
}

double ScanGrid::half_diagonal() const {
  return 0.5 * std::hypot(geometry.spacing[0], geometry.spacing[1], geometry.spacing[2]);
}

ScanGrid scan_grid(const FieldOfView& field, const Pose& head) {
  Geometry geometry;
  std::copy_n(field.size.begin(), 3, geometry.size.begin());
  std::copy_n(field.spacing.begin(), 3, geometry.spacing.begin());
  require_memory(geometry, "image '" + field.name + "' (parameter " + field.name + "_size)");
  geometry.direction = direction_of(field);
  centre_on(head.apply({field.centre[0], field.centre[1], field.centre[2]}), geometry);
  return with_points(geometry);
}

ScanGrid isotropic(const ScanGrid& scan, double spacing, const std::string& name) {
  Geometry fine = scan.geometry;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double length = scan.geometry.spacing[axis] * static_cast<double>(scan.geometry.size[axis]);
    fine.size[axis] = std::max<std::int64_t>(1, std::llround(length / spacing));
    fine.spacing[axis] = spacing;
  }
  require_memory(fine, name);
  centre_on(middle_of(scan.geometry), fine);
  return with_points(fine);
}

}  // namespace flowrun::phantom
