#pragma once

#include <vector>

#include "affine.h"

namespace flowrun::registration {

/// Which maps are searched.
enum class Freedom { rigid, affine };

/// Maps near a given one, as numbers for a search. All numbers are in mm: a rotation or stretch counts as the way that a point
/// `kArm` from the centre moves.
///
/// rigid, 6: shift (3), rotation vector (3); affine, 12: shift (3), change of the matrix (9, row-major). The change is applied
/// about the centre, in the moving image's frame, after the given map.
class PoseSpace {
 public:
  static constexpr double kArm = 70;  // mm, about the radius of a head

  PoseSpace(const Affine& about, const Point& centre, Freedom freedom) : about_(about), centre_(centre), freedom_(freedom) {}

  std::size_t count() const { return freedom_ == Freedom::rigid ? 6 : 12; }
  Affine map_at(const std::vector<double>& numbers) const;

 private:
  Affine about_;
  Point centre_;  // mm, in the fixed image
  Freedom freedom_;
};

/// A rotation by |vector| radians about `vector`, as a map about a centre.
Affine rotation_about(const Point& vector, const Point& centre);

/// The map that shifts by this.
Affine shift_by(const Point& shift);

/// The largest distance, in mm, between where two maps put the points.
double largest_distance(const Affine& a, const Affine& b, const std::vector<Point>& points);

}  // namespace flowrun::registration
