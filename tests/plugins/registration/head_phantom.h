// An artificial head of two contrasts, drawn on any grid in any pose, so that the true transform is known. Drawn from formulas:
// no image is interpolated.
#pragma once

#include <array>
#include <cstdint>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/transform.h"

namespace flowrun::testing {

/// Values of the tissues in one contrast.
struct Contrast {
  std::array<float, 8> values;  ///< air, scalp, skull, fluid, grey, white, muscle, eye
};
inline constexpr Contrast kLikeT1{{10, 230, 40, 60, 110, 170, 100, 70}};
inline constexpr Contrast kLikeFlair{{10, 150, 50, 40, 190, 140, 110, 60}};

/// How one image of the head is taken.
struct Scan {
  Geometry grid;
  Contrast contrast = kLikeT1;
  std::array<double, 12> to_head{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};  ///< mm of the image to mm of the head: the pose
  double noise = 4;                                                    ///< standard deviation
  double bias = 0.25;                                                  ///< how much brighter and darker the coils make it
  unsigned seed = 1;
  double brain_scale = 1;  ///< another head: its brain is so much wider and shorter
};

Volume head_image(const Scan& scan);
Mask head_brain(const Scan& scan);

/// An axial grid about the origin: `in_plane` mm and slices of `slice` mm.
Geometry axial_grid(double in_plane, double slice);
/// A sagittal grid: voxel axes run to the back, down and to the left.
Geometry sagittal_grid(double spacing);

/// A rotation about axes x, y, z by degrees, then a shift in mm, as a map of mm.
std::array<double, 12> pose(const Point& degrees, const Point& shift);

/// The largest distance between where two maps put the corners of the head's box, 75 x 95 x 75 mm to each side.
double corner_distance(const std::array<double, 12>& a, const std::array<double, 12>& b);

}  // namespace flowrun::testing
