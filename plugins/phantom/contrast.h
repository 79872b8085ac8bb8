#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tissue.h"

namespace flowrun::phantom {

enum Modality { kT1, kT2, kPd, kFlair, kModalities };

/// One number for each modality.
using PerModality = std::array<float, kModalities>;

/// Signal of the pure tissues, in hundredths of the white matter's. Each patient (scanner) differs a little.
struct Contrast {
  PerModality white, grey, deep, fluid, lesion;
};
Contrast make_contrast(std::uint64_t seed);

inline constexpr float kRimStrength = 0.8f;    ///< how bright that lining is where there are fakes
inline constexpr float kRimFlair = 165;        ///< FLAIR signal of the lining of the ventricles
inline constexpr float kUnevenness = 0.035f;   ///< tissue is not of one grey: brighter in T2-like images, darker in T1
inline constexpr std::uint64_t kTexture = 21;  ///< stream of the noise that says where
inline constexpr float kTextureCell = 9;       ///< mm

/// Signal of a mixture of tissues; `uneven`: what share solid tissue is brighter by (darker in T1).
float tissue_signal(const Contrast& contrast, const TissueShares& share, float uneven, Modality modality);

/// The four images, in the order of Modality; voxels in the geometry's order.
using Images = std::array<std::vector<float>, kModalities>;

/// The head as a perfect scanner would see it, with partial volume; fluid outside the brain.
/// `rim_strength` 0 to 1: how bright the lining of the ventricles is in FLAIR.
Images make_images(const HeadGrid& grid, const TissueMaps& tissues, const Contrast& contrast, std::uint64_t seed,
                   float rim_strength);

/// What the scanner does to one image: a slight blur, a smooth multiplicative field exp(bias * field), field within about -1 to
/// 1, and Rician noise of standard deviation `noise` in the image's unit; then 0 outside the brain and above 0 inside. `number`
/// is the image's among those of a head: a Modality, or one from kModalities on.
struct ScannerFaults {
  float bias = 0;
  float noise = 0;
};
void scan(std::vector<float>& image, const HeadGrid& grid, const TissueMaps& tissues, std::uint64_t seed, int number,
          ScannerFaults faults);

/// Signal of white matter in each Modality.
inline constexpr float kWhiteSignal = 100;

/// Calls `change(index, position)` for each voxel of the brain.
template <class Change>
void for_each_brain_voxel(const HeadGrid& grid, const TissueMaps& tissues, const Change& change) {
  const auto [size_x, size_y, size_z] = grid.geometry.size;
  for (std::int64_t z = 0, index = 0; z < size_z; ++z)
    for (std::int64_t y = 0; y < size_y; ++y)
      for (std::int64_t x = 0; x < size_x; ++x, ++index)
        if (tissues.brain[index]) change(index, grid.position(x, y, z));
}

}  // namespace flowrun::phantom
