#include "file_grid.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace flowrun::io {
namespace {

using Vector = std::array<double, 3>;

constexpr double kMostGrowth = 8;   // in voxels, of a resampled image; more is a header that is damaged
constexpr double kRounding = 1e-6;  // of a voxel

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
double length(const Vector& a) { return std::sqrt(dot(a, a)); }
Vector times(const Vector& a, double factor) { return {a[0] * factor, a[1] * factor, a[2] * factor}; }
Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
Vector column(const FileGrid& grid, std::size_t axis) {
  return {grid.matrix[axis], grid.matrix[4 + axis], grid.matrix[8 + axis]};
}

/// Unit vectors at right angles to each other: x as it is, y within the plane of x and y, z its normal to the side of
/// z.
std::array<Vector, 3> right_angled_axes(const FileGrid& grid) {
  const Vector x = times(column(grid, 0), 1 / length(column(grid, 0)));
  const Vector across = minus(column(grid, 1), times(x, dot(column(grid, 1), x)));
  const Vector y = times(across, 1 / length(across));
  const Vector normal = cross(x, y);
  return {x, y, times(normal, dot(column(grid, 2), normal) < 0 ? -1 : 1)};
}

/// How far along each new axis, in the new grid's voxels, a step along each old axis goes: row = new axis.
std::array<Vector, 3> steps_of(const FileGrid& grid) {
  const auto axes = right_angled_axes(grid);
  std::array<Vector, 3> steps;
  for (std::size_t to = 0; to < 3; ++to)
    for (std::size_t from = 0; from < 3; ++from)
      steps[to][from] = dot(column(grid, from), axes[to]) / dot(column(grid, to), axes[to]);
  return steps;
}

/// First and last point of the new grid along one of its axes, relative to the first voxel.
std::pair<std::int64_t, std::int64_t> range_along(const Vector& steps, const FileGrid& grid) {
  double low = 0, high = 0;
  for (std::size_t from = 0; from < 3; ++from) {
    const double reach = steps[from] * static_cast<double>(grid.size[from] - 1);
    (reach < 0 ? low : high) += reach;
  }
  return {static_cast<std::int64_t>(std::floor(low + kRounding)), static_cast<std::int64_t>(std::ceil(high - kRounding))};
}

double growth_of(const FileGrid& grid) {
  double growth = 1;
  const auto steps = steps_of(grid);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double reach = 1;
    for (std::size_t from = 0; from < 3; ++from) reach += std::abs(steps[axis][from]) * static_cast<double>(grid.size[from] - 1);
    growth *= reach / static_cast<double>(grid.size[axis]);
  }
  return growth;
}

/// The place of a point of the new grid in the old one, in voxels: back through the triangle of steps.
struct Backward {
  std::array<Vector, 3> steps;
  Vector operator()(const Vector& point) const {
    Vector place;
    place[2] = point[2];
    place[1] = point[1] - steps[1][2] * place[2];
    place[0] = point[0] - steps[0][1] * place[1] - steps[0][2] * place[2];
    return place;
  }
};

/// Values of an image between its voxels.
class Sampler {
 public:
  Sampler(const std::vector<float>& voxels, const std::array<std::int64_t, 3>& size, Between between)
      : voxels_(voxels), size_(size), between_(between) {
    outside_ = between == Between::nearest ? 0 : *std::min_element(voxels.begin(), voxels.end());
  }

  /// The outer half of the outermost voxels is inside.
  float at(const Vector& place) const {
    std::array<std::int64_t, 3> low{}, high{};
    Vector share{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double last = static_cast<double>(size_[axis] - 1);
      if (!(place[axis] >= -0.5 - kRounding && place[axis] <= last + 0.5 + kRounding)) return outside_;
      const double inside = settled(std::clamp(place[axis], 0.0, last));
      low[axis] = static_cast<std::int64_t>(between_ == Between::nearest ? std::floor(inside + 0.5) : std::floor(inside));
      high[axis] = std::min(low[axis] + 1, size_[axis] - 1);
      share[axis] = between_ == Between::nearest ? 0 : inside - static_cast<double>(low[axis]);
    }
    return static_cast<float>(mixed(low, high, share));
  }

 private:
  /// Without what rounding added to a whole number, so that slices that only lie elsewhere keep their values.
  static double settled(double place) {
    const double whole = std::nearbyint(place);
    return std::abs(place - whole) < kRounding ? whole : place;
  }

  double mixed(const std::array<std::int64_t, 3>& low, const std::array<std::int64_t, 3>& high, const Vector& share) const {
    double sum = 0;
    for (int corner = 0; corner < 8; ++corner) {
      std::array<std::int64_t, 3> at{};
      double weight = 1;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const bool upper = corner >> axis & 1;
        at[axis] = upper ? high[axis] : low[axis];
        weight *= upper ? share[axis] : 1 - share[axis];
      }
      // A weight of 0 does not take a NaN beside the place.
      if (weight > 0) sum += weight * voxels_[static_cast<std::size_t>(at[0] + size_[0] * (at[1] + size_[1] * at[2]))];
    }
    return sum;
  }

  const std::vector<float>& voxels_;
  std::array<std::int64_t, 3> size_;
  Between between_;
  float outside_ = 0;
};

std::vector<float> resampled(const std::vector<float>& voxels, const FileGrid& grid, const Geometry& onto, Between between) {
  const Sampler sampler(voxels, grid.size, between);
  const Backward backward{steps_of(grid)};
  Vector first{};
  for (std::size_t axis = 0; axis < 3; ++axis) first[axis] = static_cast<double>(range_along(backward.steps[axis], grid).first);
  std::vector<float> result;
  result.reserve(static_cast<std::size_t>(onto.voxel_count()));
  for (std::int64_t z = 0; z < onto.size[2]; ++z)
    for (std::int64_t y = 0; y < onto.size[1]; ++y)
      for (std::int64_t x = 0; x < onto.size[0]; ++x)
        result.push_back(sampler.at(
            backward({first[0] + static_cast<double>(x), first[1] + static_cast<double>(y), first[2] + static_cast<double>(z)})));
  return result;
}

std::string angle_text(const Shear& shear) {
  return "its axes are not at right angles to each other (they are sheared by " + number_text(shear.degrees) +
         " degrees, which moves a corner of the image by " + number_text(shear.shift) + " mm), as a tilted gantry makes them";
}

}  // namespace

Shear shear_of(const FileGrid& grid) {
  Shear shear;
  const auto axes = right_angled_axes(grid);
  Vector shift_along[3];
  double smallest = length(column(grid, 0));
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const Vector step = column(grid, axis);
    const Vector off = minus(step, times(axes[axis], dot(step, axes[axis])));
    shift_along[axis] = times(off, static_cast<double>(grid.size[axis]));
    smallest = std::min(smallest, length(step));
    for (std::size_t other = 0; other < axis; ++other) {
      const double cosine = dot(step, column(grid, other)) / (length(step) * length(column(grid, other)));
      shear.degrees = std::max(shear.degrees, std::asin(std::min(1.0, std::abs(cosine))) * 180 / M_PI);
    }
  }
  for (int corner = 1; corner < 8; ++corner) {
    Vector sum{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (corner >> axis & 1) sum = minus(sum, shift_along[axis]);
    shear.shift = std::max(shear.shift, length(sum));
  }
  shear.is_sheared = shear.shift > kLargestShearShift * smallest;
  return shear;
}

Geometry geometry_of(const FileGrid& grid) {
  Geometry geometry;
  geometry.size = grid.size;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    geometry.spacing[axis] = length(column(grid, axis));
    geometry.origin[axis] = grid.matrix[4 * axis + 3];
    for (std::size_t row = 0; row < 3; ++row)
      geometry.direction[3 * row + axis] = grid.matrix[4 * row + axis] / geometry.spacing[axis];
  }
  return geometry;
}

FileGrid file_grid_of(const Geometry& geometry) {
  FileGrid grid;
  grid.size = geometry.size;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      grid.matrix[4 * row + axis] = geometry.direction[3 * row + axis] * geometry.spacing[axis];
    grid.matrix[4 * row + 3] = geometry.origin[row];
  }
  return grid;
}

double corner_shift(const std::array<double, 12>& a, const std::array<double, 12>& b, const std::array<std::int64_t, 3>& size) {
  double largest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    Vector shift{};
    for (std::size_t row = 0; row < 3; ++row) {
      shift[row] = a[4 * row + 3] - b[4 * row + 3];
      for (std::size_t axis = 0; axis < 3; ++axis)
        if (corner >> axis & 1) shift[row] += (a[4 * row + axis] - b[4 * row + axis]) * static_cast<double>(size[axis] - 1);
    }
    if (!std::isfinite(length(shift))) return HUGE_VAL;
    largest = std::max(largest, length(shift));
  }
  return largest;
}

void require_readable(const FileGrid& grid, const std::filesystem::path& file, Sheared sheared, const std::string& hint) {
  require_usable(geometry_of(grid), file);
  const Shear shear = shear_of(grid);
  if (!shear.is_sheared) return;
  if (sheared == Sheared::refuse)
    refuse(file, angle_text(shear) +
                     "; set the parameter 'sheared' to \"resample\" to bring the image onto a right-angled grid, " +
                     (hint.empty() ? "or do that before" : hint));
  if (growth_of(grid) > kMostGrowth)
    refuse(file, angle_text(shear) + "; a right-angled grid would have " + number_text(growth_of(grid)) +
                     " times as many voxels, and at most " + number_text(kMostGrowth) +
                     " times are made, so correct the header");
}

Geometry right_angled_geometry(const FileGrid& grid) {
  const auto axes = right_angled_axes(grid);
  const auto steps = steps_of(grid);
  Geometry geometry = geometry_of(grid);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto [first, last] = range_along(steps[axis], grid);
    geometry.size[axis] = last - first + 1;
    geometry.spacing[axis] = dot(column(grid, axis), axes[axis]);
    for (std::size_t row = 0; row < 3; ++row) {
      geometry.direction[3 * row + axis] = axes[axis][row];
      geometry.origin[row] += static_cast<double>(first) * geometry.spacing[axis] * axes[axis][row];
    }
  }
  return geometry;
}

void place_on_grid(Volume& volume, const FileGrid& grid, const std::filesystem::path& file, Between between, const Warn& warn) {
  const Shear shear = shear_of(grid);
  if (!shear.is_sheared) {
    volume.geometry = geometry_of(grid);
    return;
  }
  volume.geometry = right_angled_geometry(grid);
  volume.voxels = resampled(volume.voxels, grid, volume.geometry, between);
  warn("'" + file.string() + "': " + angle_text(shear) + "; it was resampled from " + size_text(grid.size) + " to " +
       size_text(volume.geometry.size) + " voxels at right angles");
}

}  // namespace flowrun::io
