#pragma once

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"
#include "n4_fit.h"

namespace flowrun::restore {

/// Where an image's grid lies in the grid that a lattice was fitted over: the same but for voxels that were added around it.
struct Padding {
  std::array<std::int64_t, 3> below{0, 0, 0};  ///< voxels before the image's first, along x, y, z
  std::array<std::int64_t, 3> above{0, 0, 0};  ///< voxels behind its last
};

/// The cubic B-spline of the lattice at each voxel of a grid of this size, x fastest, as itk::BSplineControlPointImageFilter
/// samples it, in double precision. `size` has two voxels or more along each axis. Rows are shared among threads; the result
/// does not depend on them. Incomplete when the context is cancelled.
std::vector<float> sampled(const Lattice& lattice, const std::array<std::int64_t, 3>& size, const Padding& padding,
                           Context& context);

}  // namespace flowrun::restore
