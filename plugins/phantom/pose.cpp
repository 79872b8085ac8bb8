#include "pose.h"

#include <cmath>
#include <numbers>

#include "random.h"

namespace flowrun::phantom {
namespace {

constexpr std::uint64_t kPoseStream = 70;

using Matrix = std::array<double, 9>;

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result{};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 3; ++column)
      for (std::size_t i = 0; i < 3; ++i) result[3 * row + column] += a[3 * row + i] * b[3 * i + column];
  return result;
}

/// Rodrigues' formula: a turn about a unit vector.
Matrix turn_about(const Point& axis, double degrees) {
  const double angle = degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
  const auto [x, y, z] = axis;
  return {c + x * x * (1 - c),     x * y * (1 - c) - z * s, x * z * (1 - c) + y * s,
          y * x * (1 - c) + z * s, c + y * y * (1 - c),     y * z * (1 - c) - x * s,
          z * x * (1 - c) - y * s, z * y * (1 - c) + x * s, c + z * z * (1 - c)};
}

Point unit(Vec direction) {
  const Point wide{direction.x, direction.y, direction.z};
  const double size = std::hypot(wide[0], wide[1], wide[2]);
  return {wide[0] / size, wide[1] / size, wide[2] / size};
}

}  // namespace

Point Pose::apply(const Point& point) const {
  Point moved = shift;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t i = 0; i < 3; ++i) moved[row] += turn[3 * row + i] * point[i];
  return moved;
}

Pose Pose::inverse() const {
  Pose back;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 3; ++column) back.turn[3 * row + column] = turn[3 * column + row];
  const Point moved = back.apply(shift);
  for (std::size_t axis = 0; axis < 3; ++axis) back.shift[axis] = 0 - moved[axis];
  return back;
}

double Pose::degrees() const {
  const double sine = std::hypot(turn[7] - turn[5], turn[2] - turn[6], turn[3] - turn[1]);
  return std::atan2(sine, turn[0] + turn[4] + turn[8] - 1) * 180 / std::numbers::pi;
}

double Pose::mm() const { return std::hypot(shift[0], shift[1], shift[2]); }

Pose pose_of(const std::vector<double>& degrees, const std::vector<double>& shift) {
  const Matrix about_xy = product(turn_about({0, 1, 0}, degrees[1]), turn_about({1, 0, 0}, degrees[0]));
  return {product(turn_about({0, 0, 1}, degrees[2]), about_xy), {shift[0], shift[1], shift[2]}};
}

Pose drawn_pose(std::uint64_t seed, double degrees, double mm) {
  Random random(seed, kPoseStream);
  const Point axis = unit(random.direction()), way = unit(random.direction());
  const double angle = degrees * random.uniform(), far = mm * random.uniform();
  return {turn_about(axis, angle), {way[0] * far, way[1] * far, way[2] * far}};
}

Transform transform_of(const Pose& pose, std::string from, std::string to) {
  const auto& r = pose.turn;
  const auto& t = pose.shift;
  return affine_transform({r[0], r[1], r[2], t[0], r[3], r[4], r[5], t[1], r[6], r[7], r[8], t[2]}, std::move(from),
                          std::move(to));
}

}  // namespace flowrun::phantom
