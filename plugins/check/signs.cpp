#include "signs.h"

#include <algorithm>
#include <cmath>

#include "common/distance/distance.h"

namespace flowrun::check {
namespace {

constexpr double kNear = 6, kDeep = 8;  // mm from the surface of the brain
constexpr std::size_t kFewest = 200;    // voxels of each kind that a judgement needs
constexpr double kTissue = 0.7;         // of the median in the brain: what is darker counts as fluid

double quantile(std::vector<float>& values, double share) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

std::vector<float> values_inside(const Volume& volume, const Mask& brain) {
  std::vector<float> values;
  for (std::size_t i = 0; i < volume.voxels.size(); ++i)
    if (brain.voxels[i] != 0 && std::isfinite(volume.voxels[i])) values.push_back(volume.voxels[i]);
  return values;
}

}  // namespace

std::vector<double> squared_depths(const Mask& brain, Context& context) {
  return distance::squared_distance(brain, false, kDeep * kDeep, context);
}

std::optional<Signs> signs_of(const Volume& volume, const Mask& brain, const std::vector<double>& squared) {
  std::vector<float> all = values_inside(volume, brain), near, deep;
  if (all.size() < kFewest) return std::nullopt;
  const double low = quantile(all, 0.05), median = quantile(all, 0.5), dark = median - low, bright = quantile(all, 0.95) - median;
  if (!(low >= 0) || !(median > 0) || !(dark > 0)) return std::nullopt;  // below 0: standardised, so ratios mean nothing
  for (std::size_t i = 0; i < volume.voxels.size(); ++i) {
    const float value = volume.voxels[i];
    if (brain.voxels[i] == 0 || !std::isfinite(value) || value < kTissue * median) continue;
    if (squared[i] <= kNear * kNear) near.push_back(value);
    if (squared[i] > kDeep * kDeep) deep.push_back(value);
  }
  if (near.size() < kFewest || deep.size() < kFewest) return std::nullopt;
  return Signs{quantile(deep, 0.5) / quantile(near, 0.5), bright / dark};
}

}  // namespace flowrun::check
