#include "block_weights.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "block_filter.h"

namespace flowrun::restore {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// e^-x for 0 <= x <= kLeastExponent: 2^whole times a polynomial for the rest, without a branch, so that loops become vectors.
inline float exp_minus(float x) {
  constexpr float kLog2E = 1.44269504F, kRounder = 12582912.0F;  // adding 1.5 * 2^23 rounds to a whole number
  const float power = -x * kLog2E;
  const float whole = (power + kRounder) - kRounder;
  const float rest = (power - whole) * 0.693147181F;
  float sum = 1.0F / 720;
  for (const float term : {1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F}) sum = sum * rest + term;
  return std::bit_cast<float>((static_cast<std::int32_t>(whole) + 127) << 23) * sum;
}

std::pair<float, float> bounds_of(float value, double ratio) {
  if (ratio == 0) return {-kInfinity, kInfinity};
  const auto near = static_cast<float>(value * ratio), far = static_cast<float>(value / ratio);
  return value < 0 ? std::pair{far, near} : std::pair{near, far};
}

}  // namespace

float make_weights(std::vector<float>& distances, std::size_t count, float scale) {
  const float factor = 1 / scale;
  float largest = 0;
  float* const values = distances.data();
  for (std::size_t i = 0; i < count; ++i) {
    const float exponent = values[i] * factor;
    const float weight = exp_minus(std::min(exponent, kLeastExponent));
    values[i] = exponent <= kLeastExponent ? weight : 0.0F;
  }
  for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, values[i]);
  return largest;
}

Bounds bounds_for(float mean, float variance, double mean_ratio, double variance_ratio) {
  const auto [mean_above, mean_below] = bounds_of(mean, mean_ratio);
  const auto [variance_above, variance_below] = bounds_of(variance, variance_ratio);
  return {mean_above, mean_below, variance_above, variance_below};
}

}  // namespace flowrun::restore
