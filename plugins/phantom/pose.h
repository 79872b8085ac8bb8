#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "flowrun/sdk/transform.h"

namespace flowrun::phantom {

/// A turn about 0 and then a shift: p -> turn * p + shift.
struct Pose {
  std::array<double, 9> turn{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< row-major, a rotation
  std::array<double, 3> shift{0, 0, 0};                   ///< mm

  Point apply(const Point& point) const;
  Pose inverse() const;
  double degrees() const;  ///< angle of the turn
  double mm() const;       ///< length of the shift
};

/// Turns about x, then y, then z by these angles, degrees; then the shift, mm.
Pose pose_of(const std::vector<double>& degrees, const std::vector<double>& shift);

/// About a random axis by up to `degrees`, and in a random direction by up to `mm`.
Pose drawn_pose(std::uint64_t seed, double degrees, double mm);

/// The pose as what leads from one named space to another.
Transform transform_of(const Pose& pose, std::string from, std::string to);

}  // namespace flowrun::phantom
