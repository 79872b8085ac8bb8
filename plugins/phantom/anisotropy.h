#pragma once

#include <cstdint>
#include <vector>

#include "contrast.h"

namespace flowrun::phantom {

/// The fractional anisotropy of diffusion (Basser and Pierpaoli, J Magn Reson B 1996) as a map of the head: 0 where water moves
/// alike in all directions, 1 where along one line only. Low in fluid and grey matter, high in white matter, more so in some
/// tracts than in others, lower in lesions (voxels where `lesions` is 1). A ratio, so that the scanner's field does not change it;
/// the blur and noise of scan(), with `noise` as the standard deviation. 0 outside the brain, at most 1.
std::vector<float> make_anisotropy(const HeadGrid& grid, const TissueMaps& tissues, const std::vector<std::uint8_t>& lesions,
                                   std::uint64_t seed, float noise);

}  // namespace flowrun::phantom
