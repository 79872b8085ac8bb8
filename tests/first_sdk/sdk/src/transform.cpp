#include "flowrun/sdk/transform.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

using Matrix = std::array<double, 12>;

Point times(const Matrix& m, const Point& p) {
  Point result;
  for (std::size_t row = 0; row < 3; ++row)
    result[row] = m[4 * row] * p[0] + m[4 * row + 1] * p[1] + m[4 * row + 2] * p[2] + m[4 * row + 3];
  return result;
}

/// First a, then b.
Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result{};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 4; ++column) {
      for (std::size_t k = 0; k < 3; ++k) result[4 * row + column] += b[4 * row + k] * a[4 * k + column];
      if (column == 3) result[4 * row + column] += b[4 * row + 3];
    }
  return result;
}

Matrix inverse_of(const Matrix& m) {
  const auto minor = [&](std::size_t r0, std::size_t r1, std::size_t c0, std::size_t c1) {
    return m[4 * r0 + c0] * m[4 * r1 + c1] - m[4 * r0 + c1] * m[4 * r1 + c0];
  };
  const double determinant = m[0] * minor(1, 2, 1, 2) - m[1] * minor(1, 2, 0, 2) + m[2] * minor(1, 2, 0, 1);
  if (!std::isfinite(1 / determinant)) throw Error("the transform cannot be inverted: it makes a plane or a point of space");
  Matrix result{};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 3; ++column) {
      const std::size_t r0 = column == 0 ? 1 : 0, r1 = column == 2 ? 1 : 2, c0 = row == 0 ? 1 : 0, c1 = row == 2 ? 1 : 2;
      result[4 * row + column] = ((row + column) % 2 ? -1 : 1) * minor(r0, r1, c0, c1) / determinant;
    }
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t k = 0; k < 3; ++k) result[4 * row + 3] -= result[4 * row + k] * m[4 * k + 3];
  return result;
}

/// Voxel coordinates of a point; the axes are unit vectors at right angles, so their transpose is their inverse.
Point voxel_of(const Geometry& grid, const Point& point) {
  Point voxel{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t row = 0; row < 3; ++row) voxel[axis] += grid.direction[3 * row + axis] * (point[row] - grid.origin[row]);
    voxel[axis] /= grid.spacing[axis];
  }
  return voxel;
}

Point displacement_at(const TransformStep& step, const Point& point) {
  const Point voxel = voxel_of(step.grid, point);
  std::array<std::int64_t, 3> low;
  Point share;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!(voxel[axis] >= 0 && voxel[axis] <= static_cast<double>(step.grid.size[axis] - 1))) return {0, 0, 0};
    low[axis] = std::min(static_cast<std::int64_t>(voxel[axis]), std::max<std::int64_t>(step.grid.size[axis] - 2, 0));
    share[axis] = voxel[axis] - static_cast<double>(low[axis]);
  }
  Point sum{0, 0, 0};
  for (int corner = 0; corner < 8; ++corner) {
    double weight = 1;
    std::array<std::int64_t, 3> at = low;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const bool far = corner >> axis & 1;
      weight *= far ? share[axis] : 1 - share[axis];
      at[axis] += far ? 1 : 0;
    }
    if (weight == 0) continue;  // also what keeps `at` inside the grid
    const auto first = static_cast<std::size_t>(3 * step.grid.index_of(at[0], at[1], at[2]));
    for (std::size_t k = 0; k < 3; ++k) sum[k] += weight * static_cast<double>(step.displacement[first + k]);
  }
  return sum;
}

Point undisplaced(const TransformStep& step, const Point& point) {
  constexpr int kMostRounds = 100;
  constexpr double kClose = 1e-6;  // mm
  Point found = point;
  for (int round = 0; round < kMostRounds; ++round) {
    const Point moved = displacement_at(step, found);
    double change = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double next = point[k] - moved[k];
      change = std::max(change, std::abs(next - found[k]));
      found[k] = next;
    }
    if (change < kClose) return found;
  }
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return {kNone, kNone, kNone};
}

Point applied(const TransformStep& step, const Point& point) {
  if (step.is_affine()) return times(step.matrix, point);
  if (step.inverse) return undisplaced(step, point);
  const Point moved = displacement_at(step, point);
  return {point[0] + moved[0], point[1] + moved[1], point[2] + moved[2]};
}

void append(std::vector<TransformStep>& steps, const TransformStep& step) {
  if (step.is_affine() && !steps.empty() && steps.back().is_affine())
    steps.back().matrix = product(steps.back().matrix, step.matrix);
  else steps.push_back(step);
}

}  // namespace

Point Transform::apply(const Point& point) const {
  Point at = point;
  for (const TransformStep& step : steps) at = applied(step, at);
  return at;
}

bool Transform::is_affine() const {
  return std::all_of(steps.begin(), steps.end(), [](const TransformStep& step) { return step.is_affine(); });
}

std::array<double, 12> Transform::matrix() const {
  if (!is_affine())
    throw Error("the transform" + (source.empty() ? "" : " of '" + source + "'") + " is not affine: it displaces points");
  Matrix whole = TransformStep().matrix;
  for (const TransformStep& step : steps) whole = product(whole, step.matrix);
  return whole;
}

std::size_t Transform::bytes() const noexcept {
  std::size_t total = steps.size() * sizeof(TransformStep);
  for (const TransformStep& step : steps) total += step.displacement.size() * sizeof(float);
  return total;
}

Transform affine_transform(const std::array<double, 12>& matrix, std::string from, std::string to) {
  Transform transform;
  transform.steps.push_back({.matrix = matrix, .grid = {}, .displacement = {}});
  transform.from = std::move(from);
  transform.to = std::move(to);
  return transform;
}

Transform composed(const Transform& first, const Transform& second) {
  if (!first.to.empty() && !second.from.empty() && first.to != second.from)
    throw Error("these transforms do not follow each other: the first ends in space '" + first.to +
                "', the second starts from '" + second.from + "'");
  Transform whole = first;
  for (const TransformStep& step : second.steps) append(whole.steps, step);
  whole.to = second.to;
  whole.source =
      first.source.empty() || second.source.empty() ? first.source + second.source : first.source + ", " + second.source;
  return whole;
}

Transform inverted(const Transform& transform) {
  Transform back;
  back.from = transform.to;
  back.to = transform.from;
  back.source = transform.source;
  for (auto step = transform.steps.rbegin(); step != transform.steps.rend(); ++step) {
    back.steps.push_back(*step);
    if (step->is_affine()) back.steps.back().matrix = inverse_of(step->matrix);
    else back.steps.back().inverse = !step->inverse;
  }
  return back;
}

}  // namespace flowrun
