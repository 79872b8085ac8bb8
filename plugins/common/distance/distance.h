#pragma once

#include <vector>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::distance {

/// The squared Euclidean distance in mm2 from each voxel's centre to the centre of the nearest voxel of the mask that is not 0
/// (`of` true) or is 0 (false); infinity where it is more than `limit` mm2 or there is no such voxel. Exact but for rounding, in
/// time linear in the voxels: one pass for each axis, each line the lower envelope of parabolas (Felzenszwalb and Huttenlocher,
/// "Distance transforms of sampled functions", Theory of Computing 2012). Spacings are above 0 and finite. Lines are shared among
/// threads; the result does not depend on them. Incomplete when the context is cancelled.
std::vector<double> squared_distance(const Mask& mask, bool of, double limit, Context& context);

}  // namespace flowrun::distance
