// Distances to simple bodies, and soft edges. Positions and distances in mm; a distance is negative inside the body.
#pragma once

#include <algorithm>
#include <cmath>

#include "vec.h"

namespace flowrun::phantom {

/// Distance from a point to an ellipsoid, first-order exact near its surface.
inline float ellipsoid(Vec at, Vec centre, Vec half) {
  const Vec unit = (at - centre) / half;
  const float radius = length(unit);
  const float slope = length(unit / half);
  return slope > 1e-6f ? radius * (radius - 1) / slope : -std::min({half.x, half.y, half.z});
}

/// Distance to a rod with round ends: all points within `radius` of the line from `begin` to `end`.
inline float rod(Vec at, Vec begin, Vec end, float radius) {
  const Vec along = end - begin, from_begin = at - begin;
  const float share = std::clamp(dot(from_begin, along) / dot(along, along), 0.0f, 1.0f);
  return length(from_begin - along * share) - radius;
}

/// 0 at `low`, 1 at `high`, flat at both ends; `low` may be above `high`.
inline float smooth_step(float low, float high, float value) {
  const float t = std::clamp((value - low) / (high - low), 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}

/// 1 well inside (value > 0), 0 well outside, linear over `width` between.
inline float soft(float value, float width) { return std::clamp(0.5f + value / width, 0.0f, 1.0f); }

inline float mix(float a, float b, float weight) { return a + (b - a) * weight; }

/// The smaller of two distances, without a crease where they differ by less than `rounding`: bodies grown together.
inline float smooth_min(float a, float b, float rounding) {
  const float weight = std::clamp(0.5f + 0.5f * (b - a) / rounding, 0.0f, 1.0f);
  return mix(b, a, weight) - rounding * weight * (1 - weight);
}

/// The larger of two distances, without a crease: what two bodies have in common.
inline float smooth_max(float a, float b, float rounding) { return -smooth_min(-a, -b, rounding); }

}  // namespace flowrun::phantom
