#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace flowrun::train {

/// Random changes of patches while training; all off by default.
struct Augmentation {
  std::array<bool, 3> flip{false, false, false};    ///< mirror along x, y, z with a chance of one half each
  std::array<bool, 3> rotate{false, false, false};  ///< turn by 0, 90, 180 or 270 degrees in the planes xy, xz, yz
  float shift = 0;                                  ///< add a number from -shift to shift to each channel
  float scale = 0;                                  ///< multiply each channel by a number from 1 - scale to 1 + scale
  std::int64_t thick = 1;                           ///< most slices along z that a channel is averaged over
  bool any() const;
};

/// Reads the parameters' words: axes "x", "y", "z", planes "xy", "xz", "yz". Throws Error for others, and for a plane in which
/// patches of this size (along x, y, z) are not square.
Augmentation make_augmentation(const std::vector<std::string>& axes, const std::vector<std::string>& planes, double shift,
                               double scale, std::int64_t thick, const std::array<std::int64_t, 3>& size);

/// Changes a patch (C x D x H x W) by the numbers at one place of a random stream. `scratch` is used as it needs.
void augment(float* patch, std::int64_t channels, const std::array<std::int64_t, 3>& size, const Augmentation& how,
             std::uint64_t of_stream, std::uint64_t place, std::vector<float>& scratch);

/// Turns the labels of a patch (D x H x W) as `augment` turns its channels by the same numbers.
void turn_labels(std::int64_t* labels, const std::array<std::int64_t, 3>& size, const Augmentation& how, std::uint64_t of_stream,
                 std::uint64_t place, std::vector<std::int64_t>& scratch);

}  // namespace flowrun::train
