// Images on other numbers of voxels over the same box of the world.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/geometry.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::geometry {

using Voxels = std::array<std::int64_t, 3>;

/// "128 x 128 x 64".
std::string words_of(const Voxels& size);

/// The grid of `size` voxels along x, y, z over the box that `grid` fills, from the outer face of its first voxels to that of its
/// last: the spacing changes, and the origin by half the difference. Both have at least one voxel along each axis.
Geometry resized(const Geometry& grid, const Voxels& size);

/// What differs between the boxes that two grids fill, in words; empty where they are one box (within kGridTolerance of the
/// smallest spacing, and of the direction), whatever their numbers of voxels.
std::string box_difference(const Geometry& a, const Geometry& b);

/// Throws Error, which names the image, where it has no voxel, a spacing that is not above 0, or numbers in its geometry that are
/// not finite.
void require_box(const Geometry& grid, const std::string& name);

/// The values at the voxels of another grid over the same box: of the voxel that each centre lies in,
/// floor((i + 0.5) * from / to), in whole numbers, so exact; a centre between two voxels belongs to the later one. The same as
/// torch's "nearest-exact". `T` is float or std::uint8_t.
template <class T>
std::vector<T> nearest(Context& context, const std::vector<T>& voxels, const Geometry& from, const Geometry& to);

/// Likewise linear between the eight centres around each, in double precision, with half-pixel centres and the outermost value
/// beyond the outermost centre: torch's "trilinear" with align_corners=False. Nothing is averaged where `to` is coarser.
std::vector<float> linear(Context& context, const std::vector<float>& voxels, const Geometry& from, const Geometry& to);

/// An image on another grid over the same box, with its source and facts, by one of the two. Throws Error, which names the image,
/// where the memory does not suffice.
Volume resampled(Context& context, const Volume& image, const std::string& name, const Geometry& to, bool is_linear);
Mask resampled(Context& context, const Mask& image, const std::string& name, const Geometry& to, bool is_linear);

/// The parameter 'method': nearest (default) or linear.
ParamSpec method_param();

}  // namespace flowrun::geometry
