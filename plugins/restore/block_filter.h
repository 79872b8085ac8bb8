#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::restore {

/// Parameters of the blockwise non-local means filter, with the letters of Coupe et al. 2008.
struct BlockSettings {
  std::int64_t search_radius = 5;  ///< M: blocks whose centres lie within so many voxels along each axis are compared
  std::int64_t patch_radius = 1;   ///< alpha, 1 to 3: a block has 2 alpha + 1 voxels along each axis
  std::int64_t step = 2;           ///< n, at most 2 alpha: voxels between the centres of the blocks that are restored
  double beta = 0.5;               ///< strength: h^2 = 2 beta sigma^2 times the voxels of a block
  double mean_ratio = 0.95;        ///< mu_1; 0: means are not compared
  double variance_ratio = 0.5;     ///< sigma_1^2; 0: variances are not compared
  double sigma = 0;                ///< of the noise, above 0, in the image's unit
  bool rician = true;              ///< else Gaussian
};

/// Candidates whose distance gives a weight below exp(-kLeastExponent), about 1e-7, do not count.
inline constexpr float kLeastExponent = 16;

/// The centres of blocks along an axis: 0, step, 2 step ..., and the last voxel where no other block reaches it.
std::vector<std::int64_t> block_centres(std::int64_t size, std::int64_t radius, std::int64_t step);

/// The image after blockwise non-local means (P. Coupe, P. Yger, S. Prima, P. Hellier, C. Kervrann, C. Barillot, "An optimized
/// blockwise nonlocal means denoising filter for 3-D magnetic resonance images", IEEE Transactions on Medical Imaging 2008; the
/// Rician form: N. Wiest-Daessle et al., MICCAI 2008). `inside` (empty: everywhere) chooses the voxels that are restored; others
/// stay as they are. Voxels are finite, and none is more than 1e15 sigma from 0. Layers of blocks are shared among threads; the
/// result does not depend on them. Incomplete when the context is cancelled.
std::vector<float> block_filtered(const Volume& volume, const std::vector<std::uint8_t>& inside, const BlockSettings& settings,
                                  Context& context);

}  // namespace flowrun::restore
