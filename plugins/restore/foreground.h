// Which voxels of an image are looked at where no mask says so.
#pragma once

#include <cstdint>
#include <vector>

namespace flowrun::restore {

/// The threshold between a dark and a bright class that makes the variance between the two largest (Otsu, "A threshold selection
/// method from gray-level histograms", IEEE Transactions on Systems, Man, and Cybernetics 1979), over a histogram of 256 bins
/// from the smallest to the largest finite value; of equally good ones the lowest. It is the upper edge of a bin: voxels above it
/// are the bright class. Where all finite values are equal, that value; 0 where there is none.
float otsu_threshold(const std::vector<float>& voxels);

/// Voxels that are finite and greater than `above`, and inside `mask` where there is one (empty: everywhere).
std::vector<std::uint8_t> voxels_above(const std::vector<float>& voxels, float above, const std::vector<std::uint8_t>& mask = {});

}  // namespace flowrun::restore
