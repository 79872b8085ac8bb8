// Values between voxels. Places are in voxel coordinates; an image reaches half a voxel beyond the centres of its outermost
// voxels, and there its border values are repeated (mirrored for B-splines), as in ITK.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/transform.h"
#include "work.h"

namespace flowrun::registration {

/// Whether a place is in the image. False for NaN.
inline bool is_inside(const std::array<std::int64_t, 3>& size, const Point& at) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (!(at[axis] >= -0.5 && at[axis] < static_cast<double>(size[axis]) - 0.5)) return false;
  return true;
}

/// The index of the voxel that a place lies in; a half goes up.
inline std::int64_t nearest_index(const Geometry& grid, const Point& at) {
  std::array<std::int64_t, 3> voxel;
  for (std::size_t axis = 0; axis < 3; ++axis) voxel[axis] = static_cast<std::int64_t>(std::floor(at[axis] + 0.5));
  return grid.index_of(voxel[0], voxel[1], voxel[2]);
}

/// The eight voxels around a place and their shares, which add up to 1.
struct Corners {
  std::array<std::int64_t, 8> index;
  std::array<double, 8> share;
  Corners(const Geometry& grid, const Point& at);
};

float linear_value(const Volume& image, const Point& at);

/// Cubic B-spline interpolation: the coefficients of an image (Unser, "Splines: a perfect fit for signal and image processing",
/// IEEE Signal Processing Magazine 1999) with mirrored borders. The same grid.
Volume spline_coefficients(const Volume& image, const Work& work);
float spline_value(const Volume& coefficients, const Point& at);

/// Sinc with a Hamming window of kSincRadius voxels to each side, as ITK's WindowedSincInterpolateImageFunction<Image, 4> has it
/// (Meijering et al., "Quantitative comparison of sinc-approximating kernels for medical image interpolation", MICCAI 1999).
inline constexpr int kSincRadius = 4;
float sinc_value(const Volume& image, const Point& at);

}  // namespace flowrun::registration
