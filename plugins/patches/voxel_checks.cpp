#include "voxel_checks.h"

#include "flowrun/sdk/error.h"

namespace flowrun::patches {

std::string voxel_words(const Geometry& geometry, std::int64_t index) {
  const auto voxel = geometry.voxel_at(index);
  return "(" + std::to_string(voxel[0]) + ", " + std::to_string(voxel[1]) + ", " + std::to_string(voxel[2]) + ")";
}

void require_inside(const Geometry& geometry, std::int64_t index, std::string_view owner) {
  if (index >= 0 && index < geometry.voxel_count()) return;
  throw Error(std::string(owner) + " names voxel " + std::to_string(index) + ", but its grid has voxels 0 to " +
              std::to_string(geometry.voxel_count() - 1) + "; the plugin that made it is at fault");
}

}  // namespace flowrun::patches
