// What the brightness of an image in a brain shows of its contrast.
#pragma once

#include <optional>
#include <vector>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::check {

/// Two ratios without a unit; neither depends on the unit of the image.
struct Signs {
  double deep_to_surface;  ///< median of tissue more than 8 mm from the brain's surface, by that within 6 mm of it
  double bright_to_dark;   ///< 95th percentile less the median, by the median less the 5th
};

/// Of each voxel of a brain the squared distance to its surface in mm, up to 64; what signs_of takes. x runs fastest.
std::vector<double> squared_depths(const Mask& brain, Context& context);

/// The signs of an image on the brain's grid; values that are not finite are left out. Nothing where the brain is too small,
/// the image too even for a check, or standardised: 5 % of its values are below 0.
std::optional<Signs> signs_of(const Volume& volume, const Mask& brain, const std::vector<double>& squared);

}  // namespace flowrun::check
