#pragma once

#include <cstdint>
#include <vector>

#include "contrast.h"

namespace flowrun::phantom {

/// The tissue that a blob keeps to; it fades with the share of that tissue.
enum class Home { white, grey, fluid, brain };

/// A spot with a rough outline and a soft edge that changes the signal: a lesion, or something that only looks like one.
struct Blob {
  Vec centre;  ///< mm of a full-size head
  Frame frame;
  Vec half;                ///< mm, along the frame's vectors
  float roughness = 0.3f;  ///< by what share of the radius the outline wavers
  Home home = Home::white;
  PerModality signal{};    ///< of the pure spot
  PerModality strength{};  ///< 0 keeps the image as it is, 1 sets `signal`
};

inline constexpr std::uint64_t kOutline = 52;  ///< stream of the noise that makes outlines rough
inline constexpr float kOutlineCell = 4;       ///< mm

/// How much of the image a blob takes at `at`, 0 to 1, whatever the tissue; its edge is smeared over `width` mm.
float fill(const Blob& blob, const LatticeNoise& outline, float width, Vec at);

/// Paints the blob on the images. Where it fills more than half of a voxel, `mask` becomes 1, unless mask is null.
void paint(const Blob& blob, const HeadGrid& grid, const TissueMaps& tissues, const LatticeNoise& outline, Images& images,
           std::vector<std::uint8_t>* mask);

/// Share of a voxel that a blob of this home may fill.
float home_share(Home home, const TissueShares& shares);

}  // namespace flowrun::phantom
