#include "components.h"

namespace flowrun::view {
namespace {

/// Marks all that hangs together with `seed`.
void flood(const Geometry& geometry, const std::vector<std::uint8_t>& mask, std::int64_t seed, Components& found,
           std::vector<std::int64_t>& open) {
  const auto label = static_cast<std::int32_t>(found.count);
  const auto visit = [&](std::int64_t index) {
    const auto at = static_cast<std::size_t>(index);
    if (mask[at] == 0 || found.labels[at] != 0) return;
    found.labels[at] = label;
    open.push_back(index);
  };
  visit(seed);
  while (!open.empty()) {
    const std::int64_t index = open.back();
    open.pop_back();
    const auto voxel = geometry.voxel_at(index);
    std::int64_t stride = 1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (voxel[axis] > 0) visit(index - stride);
      if (voxel[axis] + 1 < geometry.size[axis]) visit(index + stride);
      stride *= geometry.size[axis];
    }
  }
}

}  // namespace

Components find_components(const Geometry& geometry, const std::vector<std::uint8_t>& mask) {
  Components found;
  found.labels.assign(mask.size(), 0);
  std::vector<std::int64_t> open;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0 || found.labels[i] != 0) continue;
    ++found.count;
    flood(geometry, mask, static_cast<std::int64_t>(i), found, open);
  }
  return found;
}

}  // namespace flowrun::view
