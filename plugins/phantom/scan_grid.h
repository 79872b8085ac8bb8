#pragma once

#include <array>
#include <string>
#include <vector>

#include "flowrun/sdk/geometry.h"
#include "pose.h"

namespace flowrun::phantom {

/// A scan's field of view, as its parameters give it.
struct FieldOfView {
  std::string name;                 ///< "t1", for messages: its parameters are t1_size and so on
  std::vector<std::int64_t> size;   ///< voxels along the image's axes
  std::vector<double> spacing;      ///< mm
  std::string axes;                 ///< three letters, as grid::axes_words
  std::vector<double> tilt;         ///< degrees about x, y and z: how the axes are turned in the world
  std::vector<double> centre;       ///< mm from the head's centre, in the patient's directions
};

/// A grid and the points that each of its voxels is the mean of: more along the axes with longer spacing.
struct ScanGrid {
  Geometry geometry;
  std::array<int, 3> points{1, 1, 1};  ///< along the grid's axes
  float width = 1;                     ///< mm that each point is smeared over

  /// The step from voxel to voxel along an axis, mm.
  Point step(std::size_t axis) const;
  double half_diagonal() const;  ///< of a voxel, mm
};

/// The grid of a field of view around a head at `head`. Throws Error when it asks for more voxels than memory allows.
ScanGrid scan_grid(const FieldOfView& field, const Pose& head);

/// The grid with voxels of `spacing` mm on all axes that covers the same field, centred on it.
ScanGrid isotropic(const ScanGrid& scan, double spacing, const std::string& name);

}  // namespace flowrun::phantom
