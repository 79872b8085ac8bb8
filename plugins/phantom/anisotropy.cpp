#include "anisotropy.h"

#include <algorithm>

namespace flowrun::phantom {
namespace {

// Of the order that is measured in adults.
constexpr float kFluid = 0.06f, kGrey = 0.15f, kNuclei = 0.22f, kWhite = 0.47f, kInLesion = 0.27f;
constexpr float kTracts = 0.14f;  // white matter is higher or lower by this
constexpr std::uint64_t kTractStream = 22;
constexpr float kTractCell = 16;  // mm
constexpr int kScanStream = kModalities;

}  // namespace

std::vector<float> make_anisotropy(const HeadGrid& grid, const TissueMaps& tissues, const std::vector<std::uint8_t>& lesions,
                                   std::uint64_t seed, float noise) {
  std::vector<float> image(tissues.shares.size(), kFluid);
  const LatticeNoise tracts(seed, kTractStream, kTractCell);
  for_each_brain_voxel(grid, tissues, [&](std::int64_t at, Vec position) {
    const auto index = static_cast<std::size_t>(at);
    const TissueShares& share = tissues.shares[index];
    const float white = lesions[index] ? kInLesion : kWhite + kTracts * tracts(position);
    image[index] = share.fluid * kFluid + share.grey * kGrey + share.deep * kNuclei + share.white() * white;
  });
  scan(image, grid, tissues, seed, kScanStream, {.bias = 0, .noise = noise});
  for (float& value : image) value = std::min(value, 1.0f);
  return image;
}

}  // namespace flowrun::phantom
