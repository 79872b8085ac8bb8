#include "foreground.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace flowrun::restore {
namespace {

constexpr std::size_t kBins = 256;
using Histogram = std::array<double, kBins>;

/// The number of lower bins that make the variance between the classes largest.
std::size_t best_split(const Histogram& counts) {
  double all = 0, all_moments = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) all += counts[bin], all_moments += counts[bin] * static_cast<double>(bin);
  double low = 0, low_moments = 0, best = -1;
  std::size_t split = 1;
  for (std::size_t bin = 0; bin + 1 < kBins; ++bin) {
    low += counts[bin];
    low_moments += counts[bin] * static_cast<double>(bin);
    const double high = all - low;
    if (low == 0 || high == 0) continue;
    const double distance = low_moments / low - (all_moments - low_moments) / high;
    const double between = low * high * distance * distance;
    if (between > best) best = between, split = bin + 1;
  }
  return split;
}

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
  Histogram counts{};
  for (const float voxel : voxels)
    if (std::isfinite(voxel)) counts[std::min(kBins - 1, static_cast<std::size_t>((voxel - low) / width))] += 1;
  return static_cast<float>(low + static_cast<double>(best_split(counts)) * width);
}

std::vector<std::uint8_t> voxels_above(const std::vector<float>& voxels, float above, const std::vector<std::uint8_t>& mask) {
  std::vector<std::uint8_t> found(voxels.size());
  for (std::size_t i = 0; i < voxels.size(); ++i)
    found[i] = voxels[i] > above && std::isfinite(voxels[i]) && (mask.empty() || mask[i] != 0);
  return found;
}

}  // namespace flowrun::restore
