// Checks that nodes make of voxel lists. Header only, standard library only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/grid/inputs.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::grid {

/// "(3, 0, 12)": a voxel of a grid as a person reads it.
inline std::string voxel_words(const Geometry& geometry, std::int64_t index) {
  const auto voxel = geometry.voxel_at(index);
  return "(" + std::to_string(voxel[0]) + ", " + std::to_string(voxel[1]) + ", " + std::to_string(voxel[2]) + ")";
}

/// Throws Error when an index is not one of the grid's. `owner` says whose it is: "the voxel list of 'flair.nii'".
inline void require_inside(const Geometry& geometry, std::int64_t index, std::string_view owner) {
  if (index >= 0 && index < geometry.voxel_count()) return;
  throw Error(std::string(owner) + " names voxel " + std::to_string(index) + ", but its grid has voxels 0 to " +
              std::to_string(geometry.voxel_count() - 1) + "; the plugin that made it is at fault");
}

/// Throws Error when a list names a voxel outside its grid, or is not ascending without repetition.
inline void require_valid(const VoxelList& list, std::string_view port) {
  const std::string owner = "the voxel list of '" + name_of(list.source, port) + "'";
  for (std::size_t i = 0; i < list.voxels.size(); ++i) {
    require_inside(list.geometry, list.voxels[i], owner);
    if (i > 0 && list.voxels[i] <= list.voxels[i - 1])
      throw Error(owner + " has voxel " + voxel_words(list.geometry, list.voxels[i]) +
                  " twice or out of order; the plugin that made it is at fault");
  }
}

}  // namespace flowrun::grid
