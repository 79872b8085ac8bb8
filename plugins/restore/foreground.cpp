#include "foreground.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "common/histogram/split.h"

namespace flowrun::restore {
namespace {

constexpr std::size_t kBins = 256;

}  // namespace

float otsu_threshold(const std::vector<float>& voxels) {
  double low = 0, high = 0;
  bool any = false;
  for (const float voxel : voxels) {
    if (!std::isfinite(voxel)) continue;
    low = any ? std::min<double>(low, voxel) : voxel;
    high = any ? std::max<double>(high, voxel) : voxel;
    any = true;
  }
  if (!(high > low)) return static_cast<float>(low);
  const double width = (high - low) / static_cast<double>(kBins);
  std::vector<std::int64_t> counts(kBins);
  for (const float voxel : voxels)
    if (std::isfinite(voxel)) ++counts[std::min(kBins - 1, static_cast<std::size_t>((voxel - low) / width))];
  return static_cast<float>(low + static_cast<double>(histogram::best_split(counts).first + 1) * width);
}

std::vector<std::uint8_t> voxels_above(const std::vector<float>& voxels, float above, const std::vector<std::uint8_t>& mask) {
  std::vector<std::uint8_t> found(voxels.size());
  for (std::size_t i = 0; i < voxels.size(); ++i)
    found[i] = voxels[i] > above && std::isfinite(voxels[i]) && (mask.empty() || mask[i] != 0);
  return found;
}

}  // namespace flowrun::restore
