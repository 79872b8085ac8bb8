#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "flowrun/sdk/geometry.h"

namespace flowrun::patches {

/// "(3, 0, 12)": a voxel of a grid as a person reads it.
std::string voxel_words(const Geometry& geometry, std::int64_t index);

/// Throws Error when an index is not one of the grid's. `owner` says whose it is: "the voxel list of 'flair.nii'".
void require_inside(const Geometry& geometry, std::int64_t index, std::string_view owner);

}  // namespace flowrun::patches
