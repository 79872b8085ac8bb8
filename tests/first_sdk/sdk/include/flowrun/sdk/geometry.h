#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace flowrun {

/// The grid of a volume and its place in the world.
///
/// Axis order is x, y, z everywhere; x runs fastest in memory: index = x + size_x * (y + size_y * z).
/// A voxel's centre lies at origin + direction * (spacing .* (x, y, z)), in mm, in the LPS frame (x to the left, y to posterior,
/// z to superior), as DICOM and ITK have it.
struct Geometry {
  std::array<std::int64_t, 3> size{0, 0, 0};                   ///< voxels along x, y, z
  std::array<double, 3> spacing{1, 1, 1};                      ///< mm
  std::array<double, 3> origin{0, 0, 0};                       ///< mm
  std::array<double, 9> direction{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< row-major; its columns are the axes' unit vectors

  std::int64_t voxel_count() const { return size[0] * size[1] * size[2]; }
  std::int64_t index_of(std::int64_t x, std::int64_t y, std::int64_t z) const { return x + size[0] * (y + size[1] * z); }
  std::array<std::int64_t, 3> voxel_at(std::int64_t index) const {
    return {index % size[0], index / size[0] % size[1], index / (size[0] * size[1])};
  }
  double voxel_volume() const { return spacing[0] * spacing[1] * spacing[2]; }  ///< mm3

  bool operator==(const Geometry&) const = default;
};

/// Two grids are the same when sizes are equal, spacings and origins differ by less than this share of the smallest spacing, and
/// entries of the direction by less than this. Files keep geometry in float32, so exact equality would refuse good data.
inline constexpr double kGridTolerance = 1e-3;

/// Says in words what differs between two grids ("size 10 x 10 x 10 and 10 x 10 x 12"), every difference, with the tolerance;
/// empty when they are the same grid.
std::string grid_difference(const Geometry& a, const Geometry& b, double tolerance = kGridTolerance);

/// Throws Error when two grids differ: "'<name_a>' and '<name_b>' are not on one grid: ...". The names are file names where
/// known.
void require_same_grid(const Geometry& a, const std::string& name_a, const Geometry& b, const std::string& name_b);

}  // namespace flowrun
