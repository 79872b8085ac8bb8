#include "pose.h"

#include <algorithm>
#include <cmath>

namespace flowrun::registration {
namespace {

/// `linear` (3 x 3, row-major) about a centre.
Affine about_centre(const std::array<double, 9>& linear, const Point& centre) {
  Affine map{};
  for (std::size_t row = 0; row < 3; ++row) {
    map[4 * row + 3] = centre[row];
    for (std::size_t column = 0; column < 3; ++column) {
      map[4 * row + column] = linear[3 * row + column];
      map[4 * row + 3] -= linear[3 * row + column] * centre[column];
    }
  }
  return map;
}

}  // namespace

Affine rotation_about(const Point& vector, const Point& centre) {
  const double angle = std::hypot(vector[0], vector[1], vector[2]);
  if (angle == 0) return TransformStep().matrix;
  const double x = vector[0] / angle, y = vector[1] / angle, z = vector[2] / angle;
  const double c = std::cos(angle), s = std::sin(angle), d = 1 - c;
  return about_centre({c + x * x * d, x * y * d - z * s, x * z * d + y * s, y * x * d + z * s, c + y * y * d, y * z * d - x * s,
                       z * x * d - y * s, z * y * d + x * s, c + z * z * d},
                      centre);
}

Affine shift_by(const Point& shift) { return {1, 0, 0, shift[0], 0, 1, 0, shift[1], 0, 0, 1, shift[2]}; }

Affine PoseSpace::map_at(const std::vector<double>& n) const {
  const Point centre = mapped(about_, centre_);
  Affine change;
  if (freedom_ == Freedom::rigid) {
    change = rotation_about({n[3] / kArm, n[4] / kArm, n[5] / kArm}, centre);
  } else {
    std::array<double, 9> linear{1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (std::size_t i = 0; i < 9; ++i) linear[i] += n[3 + i] / kArm;
    change = about_centre(linear, centre);
  }
  for (std::size_t row = 0; row < 3; ++row) change[4 * row + 3] += n[row];
  return joined(about_, change);
}

double largest_distance(const Affine& a, const Affine& b, const std::vector<Point>& points) {
  double largest = 0;
  for (const Point& point : points) {
    const Point p = mapped(a, point), q = mapped(b, point);
    largest = std::max(largest, std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  }
  return largest;
}

}  // namespace flowrun::registration
