#pragma once

#include <cstdint>
#include <vector>

namespace flowrun::restore {

/// The weights exp(-distances / scale) in the place of the distances; those beyond kLeastExponent are 0. Relative error below
/// 1e-6. Gives the largest.
float make_weights(std::vector<float>& distances, std::size_t count, float scale);

/// Open bounds of a block's mean and variance for candidates; none are wanted where a lower bound reaches its upper one.
struct Bounds {
  float mean_above, mean_below, variance_above, variance_below;
  bool none() const { return !(mean_above < mean_below) || !(variance_above < variance_below); }
};

/// mean_ratio < mean / candidate's mean < 1 / mean_ratio, and likewise for variances. A ratio of 0: no bounds.
Bounds bounds_for(float mean, float variance, double mean_ratio, double variance_ratio);

}  // namespace flowrun::restore
