#include "bias.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pyramid.h"

namespace flowrun::registration {
namespace {

constexpr double kCoarse = 4;    // mm
constexpr double kFaint = 1e-3;  // weight against which the field is 1

/// For each voxel along an axis: the coarse voxel before it and the share of the next one.
struct Places {
  std::vector<std::int64_t> low, high;
  std::vector<float> share;
  Places(const Geometry& fine, const Geometry& coarse, std::size_t axis) {
    for (std::int64_t i = 0; i < fine.size[axis]; ++i) {
      const double last = static_cast<double>(coarse.size[axis] - 1);
      const double at = std::min(static_cast<double>(i) * fine.spacing[axis] / coarse.spacing[axis], last);
      low.push_back(static_cast<std::int64_t>(at));
      high.push_back(std::min(low.back() + 1, coarse.size[axis] - 1));
      share.push_back(static_cast<float>(at - static_cast<double>(low.back())));
    }
  }
};

/// One plane of the coarse field between two of its own.
std::vector<float> plane_at(const Volume& field, const Places& z, std::size_t at) {
  const std::int64_t count = field.geometry.size[0] * field.geometry.size[1];
  std::vector<float> plane(static_cast<std::size_t>(count));
  const float *low = field.voxels.data() + count * z.low[at], *high = field.voxels.data() + count * z.high[at];
  for (std::size_t i = 0; i < plane.size(); ++i) plane[i] = low[i] + z.share[at] * (high[i] - low[i]);
  return plane;
}

/// Sums over sums of weights on one coarse grid, both smoothed: a mean around each place, 0 far from all weight.
Volume weighted_mean(const Volume& sum, const Volume& weight, const Work& work) {
  Volume mean = coarser(sum, kBiasWidth, 0, work);
  const Volume all = coarser(weight, kBiasWidth, 0, work);
  for (std::size_t i = 0; i < mean.voxels.size(); ++i) mean.voxels[i] /= all.voxels[i] + static_cast<float>(kFaint);
  return mean;
}

}  // namespace

Volume log_field(const Volume& image, float threshold, const Work& work) {
  Volume weighted = coarser(image, kCoarse, kCoarse, work), weight;
  weight.geometry = weighted.geometry;
  for (float& value : weighted.voxels) {
    const bool counts = value >= threshold && value > 0;
    weight.voxels.push_back(counts ? 1.0F : 0.0F);
    value = counts ? std::log(value) : 0.0F;
  }
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < weight.voxels.size(); ++i)
    sum += static_cast<double>(weighted.voxels[i]), count += static_cast<double>(weight.voxels[i]);
  const auto mean = static_cast<float>(count > 0 ? sum / count : 0);
  for (std::size_t i = 0; i < weight.voxels.size(); ++i) weighted.voxels[i] -= mean * weight.voxels[i];
  return weighted_mean(weighted, weight, work);
}

Volume without_field(const Volume& image, const Volume& field, const Work& work) {
  const auto& size = image.geometry.size;
  const Places x(image.geometry, field.geometry, 0), y(image.geometry, field.geometry, 1), z(image.geometry, field.geometry, 2);
  Volume result;
  result.geometry = image.geometry;
  reserve_large(result.voxels, image.voxels.size());
  result.voxels.resize(image.voxels.size());
  work.parallel_for(size[2], [&](std::int64_t slice) {
    const std::vector<float> plane = plane_at(field, z, static_cast<std::size_t>(slice));
    for (std::int64_t row = 0; row < size[1]; ++row) {
      const auto r = static_cast<std::size_t>(row);
      const float *low = plane.data() + y.low[r] * field.geometry.size[0],
                  *high = plane.data() + y.high[r] * field.geometry.size[0];
      const auto first = static_cast<std::size_t>(image.geometry.index_of(0, row, slice));
      for (std::size_t i = 0; i < static_cast<std::size_t>(size[0]); ++i) {
        const float before = low[x.low[i]] + y.share[r] * (high[x.low[i]] - low[x.low[i]]);
        const float after = low[x.high[i]] + y.share[r] * (high[x.high[i]] - low[x.high[i]]);
        result.voxels[first + i] = image.voxels[first + i] * std::exp(-(before + x.share[i] * (after - before)));
      }
    }
  });
  return result;
}

}  // namespace flowrun::registration
