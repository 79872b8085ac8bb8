#pragma once

#include <cstdint>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::view {

/// The 6-connected components of a mask's voxels that are not 0.
struct Components {
  std::int64_t count = 0;
  std::vector<std::int32_t> labels;  ///< 0 outside, else 1 to count, for each voxel
};

Components find_components(const Geometry& geometry, const std::vector<std::uint8_t>& mask);

}  // namespace flowrun::view
