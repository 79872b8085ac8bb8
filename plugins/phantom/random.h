// Distributions over common/random that are the same with every compiler and library: those of the standard library are not.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

#include "common/random/random.h"
#include "vec.h"

namespace flowrun::phantom {

/// An independent stream: what draws lesions must not depend on how often noise was drawn.
constexpr std::uint64_t stream_seed(std::uint64_t seed, std::uint64_t stream) { return random::stream(seed, 1, stream); }

/// One number of a stream after the other.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) : stream_(stream_seed(seed, stream)) {}

  std::uint64_t bits() { return random::bits_at(stream_, place_++); }
  float uniform() { return random::uniform_float(bits()); }  ///< in [0, 1)
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  float normal() {
    const float radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi_v<float> * uniform());
  }
  Vec direction() {
    const float z = uniform(-1, 1), angle = 2 * std::numbers::pi_v<float> * uniform(), r = std::sqrt(1 - z * z);
    return {r * std::cos(angle), r * std::sin(angle), z};
  }

 private:
  std::uint64_t stream_, place_ = 0;
};

/// Two independent standard normal numbers that depend on the stream and the index only (Box and Muller's transform).
inline std::pair<float, float> normal_pair(std::uint64_t stream, std::uint64_t index) {
  const std::uint64_t bits = random::bits_at(stream, index - 1);
  const float first = (static_cast<float>(bits >> 40) + 1) * 0x1p-24f;  // in (0, 1]: its logarithm is finite
  const float angle = static_cast<float>(bits & 0xffffff) * (2 * std::numbers::pi_v<float> * 0x1p-24f);
  const float radius = std::sqrt(-2 * std::log(first));
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

/// A magnitude image's value where the signal has noise of standard deviation `sd` in both channels (Rician).
inline float rician(float signal, float sd, std::uint64_t stream, std::uint64_t index) {
  const auto [real, imaginary] = normal_pair(stream, index);
  return std::hypot(signal + sd * real, sd * imaginary);
}

/// The same where there is no signal.
inline float rayleigh(float sd, std::uint64_t stream, std::uint64_t index) {
  const std::uint64_t bits = random::bits_at(stream, index - 1);
  return sd * std::sqrt(-2 * std::log((static_cast<float>(bits >> 40) + 1) * 0x1p-24f));
}

}  // namespace flowrun::phantom
