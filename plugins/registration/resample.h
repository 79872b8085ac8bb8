#pragma once

#include <string>

#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/transform.h"
#include "work.h"

namespace flowrun::registration {

/// Images on another grid: for each voxel of `grid`, the value of the image at the place that `to_image` maps it to (mm, LPS).
/// Voxels that come from outside the image get `outside`. Source, facts and names are handed on. The same bits for any number of
/// threads. A cancelled run leaves values out.

enum class Interpolation { nearest, linear, bspline, windowed_sinc };
/// Of "nearest", "linear", "bspline", "windowed_sinc". Throws Error for other words.
Interpolation interpolation_of(const std::string& word);

/// Throws Error where a voxel is not finite and the interpolation would spread it (bspline, windowed_sinc).
Volume resampled(const Volume& image, const Geometry& grid, const Transform& to_image, Interpolation interpolation, float outside,
                 const Work& work);
/// nearest: the nearest voxel's value; linear: inside where more than half of the shares of the eight voxels around is.
Mask resampled(const Mask& mask, const Geometry& grid, const Transform& to_image, Interpolation interpolation,
               std::uint8_t outside, const Work& work);
/// nearest, or linear: the label with the largest share of the eight voxels around, of equal ones the smallest number.
Labels resampled(const Labels& labels, const Geometry& grid, const Transform& to_image, Interpolation interpolation,
                 std::int32_t outside, const Work& work);

}  // namespace flowrun::registration
