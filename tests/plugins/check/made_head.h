// An artificial brain of three tissues in one contrast.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "plugins/small_images.h"

namespace flowrun::testing {

/// Brightness of the three tissues of an artificial brain.
struct Tissue {
  float fluid, grey, white;
};
inline constexpr Tissue kT1{20, 70, 100}, kFlair{15, 100, 85}, kT2{250, 100, 80}, kPd{110, 100, 80};

struct Head {
  Volume image;
  Mask brain;
};

/// A ball of 40 mm: fluid in its first 1 mm and in a core of 8 mm, grey matter to 4 mm, then white matter; noise of 3 %.
inline Head head(const Tissue& tissue) {
  Geometry grid;
  grid.size = {48, 48, 48};
  grid.spacing = {2, 2, 2};
  Head made{random_volume(grid, 7, "head.nii"), mask_of(std::vector<std::uint8_t>(48 * 48 * 48), grid, "brain.nii")};
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto at = grid.voxel_at(i);
    double squared = 0;
    for (const std::int64_t place : at) squared += (2.0 * static_cast<double>(place) - 47) * (2.0 * static_cast<double>(place) - 47);
    const double radius = std::sqrt(squared);
    const auto index = static_cast<std::size_t>(i);
    const float noise = 1 + 0.03f * made.image.voxels[index];
    made.brain.voxels[index] = radius <= 40;
    made.image.voxels[index] = noise * (radius > 39 || radius < 8 ? tissue.fluid : radius > 36 ? tissue.grey : tissue.white);
  }
  return made;
}

}  // namespace flowrun::testing
