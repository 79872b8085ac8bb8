#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/sdk/geometry.h"
#include "flowrun/sdk/payload.h"

namespace flowrun {

using Point = std::array<double, 3>;  ///< x, y, z in mm, LPS

/// One part of a Transform: an affine map, or a displacement of each point.
struct TransformStep {
  /// Of an affine step: 3 x 4, row-major, mm, LPS: p -> A p + b, with A in the columns 0 to 2 and b in column 3.
  std::array<double, 12> matrix{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  /// Of a displacement step: p -> p + u(p). `displacement` has the three components (mm, LPS) of each voxel of `grid`, x fastest;
  /// between voxels u is linear, outside the grid it is 0. Empty: the step is affine.
  Geometry grid;
  std::vector<float> displacement;
  bool inverse = false;  ///< a displacement step the other way round: q with q + u(q) = p, found by fixed-point iteration

  bool is_affine() const { return displacement.empty(); }
};

/// Where a point of one space lies in another: steps, applied from first to last. To resample an image of space `to` on a grid of
/// space `from`, map each voxel of the grid and look there (the direction that ITK's transforms have).
struct Transform : PayloadOf<Transform> {
  static constexpr std::string_view kType = "flowrun.transform/1";
  std::vector<TransformStep> steps;  ///< none: the identity
  std::string from, to;              ///< names of the spaces; empty: not known
  std::string source;                ///< the file it came from or what made it, for messages

  /// The point of space `to` that a point of space `from` is at. A displacement that cannot be inverted there gives NaN.
  Point apply(const Point& point) const;
  bool is_affine() const;
  /// The whole as one 3 x 4 matrix. Throws Error when a step is no affine one.
  std::array<double, 12> matrix() const;
  std::size_t bytes() const noexcept override;
};

/// An affine transform of one step.
Transform affine_transform(const std::array<double, 12>& matrix, std::string from = {}, std::string to = {});

/// First `first`, then `second`: exact, whatever the steps are; affine steps that meet become one. Throws Error when the space
/// that the first ends in and the one that the second starts from are both known and differ.
Transform composed(const Transform& first, const Transform& second);

/// The way back. Throws Error when an affine step has no inverse.
Transform inverted(const Transform& transform);

}  // namespace flowrun
