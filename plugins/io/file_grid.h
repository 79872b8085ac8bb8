#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "flowrun/sdk/payloads.h"
#include "image_header.h"

namespace flowrun::io {

/// The grid of an image as its file says it, before anything is made of it. Its axes may be at any angles.
struct FileGrid {
  std::array<std::int64_t, 3> size{1, 1, 1};  ///< voxels along x, y, z
  /// Voxel (x, y, z, 1) to world: rows x, y, z of 4 numbers, in mm, LPS. Column 3 is the centre of the first voxel.
  std::array<double, 12> matrix{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
};

/// What to do with an image whose axes are not at right angles to each other.
enum class Sheared { refuse, resample };

/// How values between voxels are made: linear for images; the nearest voxel's for masks and labels.
enum class Between { linear, nearest };

/// Axes count as at right angles when the nearest right-angled grid with the same first voxel puts no corner of the
/// image further away than this share of the smallest voxel size. Headers in float32 stay below 0.001, cosines of four
/// decimals below 0.06 on a 512 x 512 slice; a gantry tilt of a degree is far above.
inline constexpr double kLargestShearShift = 0.1;

/// How far a grid is from right angles.
struct Shear {
  double degrees = 0;  ///< the largest difference of an angle between two axes from 90 degrees
  double shift = 0;    ///< mm that the right-angled grid moves a corner of the image, at most
  bool is_sheared = false;
};
Shear shear_of(const FileGrid& grid);

/// The grid as a Geometry: spacing is the length of a column, the direction its unit columns as they are. Nothing is
/// made orthogonal, so that the affine of the Geometry is the file's to the last digits.
Geometry geometry_of(const FileGrid& grid);

/// The matrix of a Geometry, the other way round.
FileGrid file_grid_of(const Geometry& geometry);

/// How far apart two matrices (rows of 4, mm, in one world) put a corner of an image of `size` voxels, in mm, at most;
/// infinity where one is not finite.
double corner_shift(const std::array<double, 12>& a, const std::array<double, 12>& b, const std::array<std::int64_t, 3>& size);

/// To be called before the voxels are read. Throws Error, naming `file`, when the grid cannot be used (see
/// require_usable), when it is sheared and `sheared` does not say resample (`hint`: what else could be done), or when
/// the right-angled grid would be more than 8 times as large.
void require_readable(const FileGrid& grid, const std::filesystem::path& file, Sheared sheared, const std::string& hint = "");

/// The right-angled grid that an image on a sheared grid is brought to. The x axis stays; y is turned within the plane
/// of x and y, z becomes the normal of that plane, to the side that it was on, so left-handed grids stay left-handed.
/// Spacing is what the columns measure along the new axes: lines keep their distance within a slice, and slices theirs.
/// So a tilted gantry's slices are only moved within their planes. The grid covers all voxel centres, and its points go
/// through the first voxel's centre.
Geometry right_angled_geometry(const FileGrid& grid);

/// Gives `volume`, whose voxels lie on `grid`, its Geometry. A sheared grid is resampled (require_readable was called
/// with Sheared::resample), with one sentence to `warn`; places outside the image get its lowest value, with
/// Between::nearest 0.
void place_on_grid(Volume& volume, const FileGrid& grid, const std::filesystem::path& file, Between between, const Warn& warn);

}  // namespace flowrun::io
