// N4 by ITK's classes. Only n4_fit.cpp includes ITK: its templates take long to compile.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::restore {

struct N4Settings {
  std::vector<unsigned> iterations;          ///< at most, of each level; one or more levels
  std::array<unsigned, 3> control_points{};  ///< of the first level along x, y, z; 4 or more
  double convergence_threshold = 0.001;
  unsigned histogram_bins = 200;
  double fwhm = 0.15;
  double wiener_noise = 0.01;
};

/// Control points of a cubic B-spline over a grid, x fastest: a mesh of size - 3 equal elements along each axis, from the centre
/// of the grid's first voxel to that of its last.
struct Lattice {
  std::array<std::int64_t, 3> size{};
  std::vector<float> values;
};

/// Called after each iteration with the level and the iteration, both from 0; false ends the fit.
using OnIteration = std::function<bool(std::size_t level, unsigned iteration)>;

/// Every `factor`-th voxel along each axis: what itk::ShrinkImageFilter picks. The grid has size / factor voxels, rounded down,
/// but one at least. Throws Error where ITK refuses the image's grid.
Volume shrunken(const Volume& volume, unsigned factor);
Mask shrunken(const Mask& mask, unsigned factor);

/// The logarithm of the bias field as itk::N4BiasFieldCorrectionImageFilter finds it, with one thread (ITK's sums depend on their
/// number). `mask` lies on the volume's grid and chooses voxels that are finite and above 0, not all equal and not all ascending.
/// The grid has two voxels or more along each axis. Throws Error where ITK does. After a false from `on_iteration`: no values.
Lattice fit_log_field(const Volume& volume, const Mask& mask, const N4Settings& settings, const OnIteration& on_iteration);

}  // namespace flowrun::restore
