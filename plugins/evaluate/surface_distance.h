#pragma once

#include "flowrun/sdk/payloads.h"

namespace flowrun::evaluate {

/// Distances in mm between the surfaces of two masks on one grid; NaN when one of the masks is empty.
struct SurfaceDistance {
  double average = 0;       ///< over the surface voxels of both masks together: the average symmetric surface distance
  double hausdorff_95 = 0;  ///< the larger of the two directed 95th percentiles
};

/// The surface is the voxels of a mask that have a face neighbour outside the mask, or lie at the image's border. Distances are
/// Euclidean between voxel centres, with the grid's spacing; exact. Percentiles are interpolated linearly between ranks.
SurfaceDistance surface_distance(const Mask& a, const Mask& b);

/// The `share` quantile (0 to 1) of values, which are sorted on the way; linear between ranks. NaN for none.
double quantile(std::vector<double>& values, double share);

}  // namespace flowrun::evaluate
