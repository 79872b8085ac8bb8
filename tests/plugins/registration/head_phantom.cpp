#include "head_phantom.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace flowrun::testing {
namespace {

enum Tissue : std::size_t { kAir, kScalp, kSkull, kFluid, kGrey, kWhite, kMuscle, kEye };

using Matrix = std::array<double, 12>;

Point times(const Matrix& m, const Point& p) {
  Point result;
  for (std::size_t row = 0; row < 3; ++row)
    result[row] = m[4 * row] * p[0] + m[4 * row + 1] * p[1] + m[4 * row + 2] * p[2] + m[4 * row + 3];
  return result;
}

/// 1 on an ellipsoid's surface, less inside.
double within(const Point& p, const Point& centre, const Point& radius) {
  return std::hypot((p[0] - centre[0]) / radius[0], (p[1] - centre[1]) / radius[1], (p[2] - centre[2]) / radius[2]);
}

/// Folds: the depth of the surfaces in units of the brain's radius, different on each side.
double folds(const Point& p) {
  return 0.05 * std::sin(p[0] / 5.1 + 0.4) * std::sin(p[1] / 6.3 - 0.9) * std::sin(p[2] / 5.7 + 0.2) +
         0.03 * std::sin((p[0] + 1.3 * p[1]) / 11) * std::cos((p[2] - 0.4 * p[0]) / 9);
}

Tissue brain_tissue(const Point& p, double r) {
  if (within(p, {9, -4, 6}, {7, 26, 11}) < 1 || within(p, {-10, -2, 5}, {6, 24, 10}) < 1) return kFluid;
  if (within(p, {0, 3, -8}, {3, 12, 9}) < 1) return kFluid;
  if (within(p, {24, -2, 2}, {8, 16, 9}) < 1 || within(p, {-25, -1, 1}, {8, 15, 9}) < 1) return kGrey;
  if (std::abs(p[0] - 1.5 * std::sin(p[1] / 30)) < 1.2 && p[2] > 12) return kFluid;
  const double depth = r + folds(p);
  return depth < 0.84 ? kWhite : depth < 0.965 ? kGrey : kFluid;
}

Tissue tissue_at(const Point& p, double brain_scale) {
  const Point brain_radius{67 * brain_scale, 83, 60 / brain_scale};
  const double r = within(p, {0, 0, 10}, brain_radius);
  if (r < 1) return brain_tissue(p, r);
  if (within(p, {31, -76, -22}, {12, 12, 12}) < 1 || within(p, {-31, -76, -22}, {12, 12, 12}) < 1) return kEye;
  const double skull = within(p, {0, 0, 10}, {brain_radius[0] + 6, 89, brain_radius[2] + 6});
  if (skull < 1) return kSkull;
  const double scalp = within(p, {0, 0, 8}, {brain_radius[0] + 11, 95, brain_radius[2] + 12});
  if (scalp < 1) return kScalp;
  if (within(p, {0, -98, -34}, {13, 16, 20}) < 1) return kScalp;
  const double neck = std::hypot((p[0] - 2) / 50, (p[1] - 18) / 52);
  if (p[2] < -30 && neck < 1) return neck > 0.88 ? kScalp : within(p, {2, 40, p[2]}, {13, 12, 1}) < 1 ? kSkull : kMuscle;
  if (within(p, {0, -50, -62}, {45, 38, 40}) < 1) return std::sin(p[2] / 4) > 0.3 ? kSkull : kMuscle;
  return kAir;
}

std::uint64_t mixed(std::uint64_t seed) {
  seed = (seed ^ seed >> 33) * 0xff51afd7ed558ccdULL;
  seed = (seed ^ seed >> 33) * 0xc4ceb9fe1a85ec53ULL;
  return seed ^ seed >> 33;
}

/// Normal, from the voxel's number alone.
double normal(std::uint64_t seed) {
  const double u = (static_cast<double>(mixed(seed * 2 + 1) >> 11) + 1) * 0x1p-53;
  const double v = static_cast<double>(mixed(seed * 2 + 2) >> 11) * 0x1p-53;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

/// Calls `use(index, point)` for parts of a voxel: several along an axis that is long.
template <class Use>
void for_each_part(const Geometry& grid, const Use& use) {
  std::array<int, 3> parts;
  for (std::size_t axis = 0; axis < 3; ++axis) parts[axis] = std::max(1, static_cast<int>(grid.spacing[axis] / 0.75 + 0.5));
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto voxel = grid.voxel_at(i);
    for (int z = 0; z < parts[2]; ++z)
      for (int y = 0; y < parts[1]; ++y)
        for (int x = 0; x < parts[0]; ++x) {
          const std::array<int, 3> part{x, y, z};
          Point point = grid.origin;
          for (std::size_t axis = 0; axis < 3; ++axis) {
            const double at = (static_cast<double>(voxel[axis]) + (part[axis] + 0.5) / parts[axis] - 0.5) * grid.spacing[axis];
            for (std::size_t row = 0; row < 3; ++row) point[row] += grid.direction[3 * row + axis] * at;
          }
          use(static_cast<std::size_t>(i), point, 1.0 / (parts[0] * parts[1] * parts[2]));
        }
  }
}

}  // namespace

Volume head_image(const Scan& scan) {
  Volume volume;
  volume.geometry = scan.grid;
  volume.voxels.assign(static_cast<std::size_t>(scan.grid.voxel_count()), 0);
  volume.source = "head.nii";
  for_each_part(scan.grid, [&](std::size_t i, const Point& point, double share) {
    const Tissue tissue = tissue_at(times(scan.to_head, point), scan.brain_scale);
    const double field = 1 + scan.bias * std::sin(point[0] / 90 + 0.3 * scan.seed) * std::cos(point[1] / 110 - point[2] / 130);
    volume.voxels[i] += static_cast<float>(share * field * static_cast<double>(scan.contrast.values[tissue]));
  });
  for (std::size_t i = 0; i < volume.voxels.size(); ++i) {
    const std::uint64_t number = (static_cast<std::uint64_t>(scan.seed) << 40) + 2 * i;
    volume.voxels[i] = static_cast<float>(std::hypot(static_cast<double>(volume.voxels[i]) + scan.noise * normal(number),
                                                     scan.noise * normal(number + 1)));  // Rician, as of a magnitude
  }
  return volume;
}

Mask head_brain(const Scan& scan) {
  std::vector<double> shares(static_cast<std::size_t>(scan.grid.voxel_count()), 0);
  for_each_part(scan.grid, [&](std::size_t i, const Point& point, double share) {
    const Point radius{67 * scan.brain_scale, 83, 60 / scan.brain_scale};
    if (within(times(scan.to_head, point), {0, 0, 10}, radius) < 1) shares[i] += share;
  });
  Mask mask;
  mask.geometry = scan.grid;
  for (const double share : shares) mask.voxels.push_back(share >= 0.5);
  return mask;
}

Geometry axial_grid(double in_plane, double slice) {
  const auto x = static_cast<std::int64_t>(180 / in_plane), y = static_cast<std::int64_t>(220 / in_plane);
  const auto z = static_cast<std::int64_t>(150 / slice);
  return {.size = {x, y, z},
          .spacing = {in_plane, in_plane, slice},
          .origin = {-in_plane * static_cast<double>(x - 1) / 2, -in_plane * static_cast<double>(y - 1) / 2 - 3,
                     -slice * static_cast<double>(z - 1) / 2}};
}

Geometry sagittal_grid(double spacing) {
  const auto count = [&](double mm) { return static_cast<std::int64_t>(mm / spacing); };
  return {.size = {count(240), count(240), count(190)},
          .spacing = {spacing, spacing, spacing},
          .origin = {-95, -122, 105},
          .direction = {0, 0, 1, 1, 0, 0, 0, -1, 0}};
}

Matrix pose(const Point& degrees, const Point& shift) {
  Matrix whole = TransformStep().matrix;
  Transform turned = affine_transform(whole);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double c = std::cos(degrees[axis] * std::numbers::pi / 180), s = std::sin(degrees[axis] * std::numbers::pi / 180);
    const std::size_t a = (axis + 1) % 3, b = (axis + 2) % 3;
    Matrix turn = whole;
    turn[4 * a + a] = c, turn[4 * a + b] = -s, turn[4 * b + a] = s, turn[4 * b + b] = c;
    turned = composed(turned, affine_transform(turn));
  }
  return composed(turned, affine_transform({1, 0, 0, shift[0], 0, 1, 0, shift[1], 0, 0, 1, shift[2]})).matrix();
}

double corner_distance(const Matrix& a, const Matrix& b) {
  double largest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const Point at{corner & 1 ? 75.0 : -75.0, corner & 2 ? 95.0 : -95.0, corner & 4 ? 75.0 : -75.0};
    const Point p = times(a, at), q = times(b, at);
    largest = std::max(largest, std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  }
  return largest;
}

}  // namespace flowrun::testing
