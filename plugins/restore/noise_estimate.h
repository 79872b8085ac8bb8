#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::restore {

/// Standard deviation of the noise in an image, and what it was found from.
struct NoiseEstimate {
  double sigma = 0;   ///< in the image's unit
  double signal = 0;  ///< mean of the foreground blocks
  std::int64_t blocks = 0;
};

/// The median absolute deviation of the highest wavelet subband (Haar, first level, high along every axis: one coefficient for
/// each block of 2 x 2 x 2 voxels; along an axis of one voxel there is nothing to take a difference of) divided by 0.6745, over
/// the blocks that lie wholly in `inside` and where the gradient of the blocks' means is at most its median, so that edges do not
/// count (Coupe et al., "Robust Rician noise estimation for MR images", Medical Image Analysis 2010, after Donoho 1995). With
/// `rician` corrected for the narrower spread of a magnitude image, by the fixed point of Koay and Basser, "Analytically exact
/// correction scheme for signal extraction from noisy magnitude MR signals", Journal of Magnetic Resonance 2006, at the mean
/// signal of the same blocks. No block: all 0.
NoiseEstimate estimated_noise(const Volume& volume, const std::vector<std::uint8_t>& inside, bool rician);

/// The variance of a magnitude signal over that of its Gaussian channels, at a signal-to-noise ratio of 0 or more: from 0.429 to
/// 1 (xi in Koay and Basser 2006).
double koay_factor(double snr);

}  // namespace flowrun::restore
