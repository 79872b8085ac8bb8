#pragma once

#include <array>
#include <cmath>

namespace flowrun::phantom {

/// A position or direction in mm, x to the left, y to posterior, z to superior, with the head's centre at 0.
struct Vec {
  float x = 0, y = 0, z = 0;
};

inline Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec operator*(Vec a, float f) { return {a.x * f, a.y * f, a.z * f}; }
inline Vec operator/(Vec a, Vec b) { return {a.x / b.x, a.y / b.y, a.z / b.z}; }
inline float dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline float length(Vec a) { return std::sqrt(dot(a, a)); }
inline Vec cross(Vec a, Vec b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }

/// Three unit vectors at right angles.
using Frame = std::array<Vec, 3>;

/// A frame whose first vector is `along` (which need not be a unit vector, but not 0).
inline Frame frame_along(Vec along) {
  const Vec first = along * (1 / length(along));
  const Vec other = std::abs(first.x) < 0.7f ? Vec{1, 0, 0} : Vec{0, 1, 0};
  const Vec second = cross(first, other);
  const Vec unit = second * (1 / length(second));
  return {first, unit, cross(first, unit)};
}

/// Coordinates of a vector in a frame.
inline Vec in_frame(const Frame& frame, Vec v) { return {dot(frame[0], v), dot(frame[1], v), dot(frame[2], v)}; }

}  // namespace flowrun::phantom
