#include "contrast.h"

#include <algorithm>

#include "random.h"

namespace flowrun::phantom {
namespace {

// In the order of Modality: T1, T2, PD, FLAIR.
constexpr Contrast kAverage{.white = {kWhiteSignal, kWhiteSignal, kWhiteSignal, kWhiteSignal},
                            .grey = {70, 138, 122, 122},
                            .deep = {84, 118, 113, 113},
                            .fluid = {30, 330, 118, 24},
                            .lesion = {62, 205, 137, 178}};
constexpr float kSmallestSignal = 0.01f;  // the brain stays above the background's 0
constexpr float kBlurSide = 0.12f;        // weight of each neighbour; the voxel itself keeps the rest

/// Blurs a line of `count` voxels from `first` on, with stride `step`; the end voxels replace their missing neighbours.
void blur_line(float* first, std::int64_t count, std::int64_t step) {
  float before = first[0];
  for (std::int64_t i = 0; i < count; ++i) {
    const float here = first[i * step];
    const float after = first[std::min(i + 1, count - 1) * step];
    first[i * step] = here + kBlurSide * (before + after - 2 * here);
    before = here;
  }
}

void blur(std::vector<float>& image, const Geometry& geometry) {
  const auto [size_x, size_y, size_z] = geometry.size;
  for (std::int64_t z = 0; z < size_z; ++z) {
    for (std::int64_t y = 0; y < size_y; ++y) blur_line(&image[geometry.index_of(0, y, z)], size_x, 1);
    for (std::int64_t x = 0; x < size_x; ++x) blur_line(&image[geometry.index_of(x, 0, z)], size_y, size_x);
  }
  for (std::int64_t y = 0; y < size_y; ++y)
    for (std::int64_t x = 0; x < size_x; ++x) blur_line(&image[geometry.index_of(x, y, 0)], size_z, size_x * size_y);
}

}  // namespace

Contrast make_contrast(std::uint64_t seed) {
  Contrast contrast = kAverage;
  Random random(seed, 20);
  for (PerModality* tissue : {&contrast.grey, &contrast.deep, &contrast.fluid})
    for (float& signal : *tissue) signal *= random.uniform(0.96f, 1.04f);
  return contrast;
}

float tissue_signal(const Contrast& contrast, const TissueShares& share, float uneven, Modality m) {
  const float solid = share.white() * contrast.white[m] + share.grey * contrast.grey[m] + share.deep * contrast.deep[m];
  return solid * (m == kT1 ? 1 - uneven : 1 + uneven) + share.fluid * contrast.fluid[m];
}

Images make_images(const HeadGrid& grid, const TissueMaps& tissues, const Contrast& contrast, std::uint64_t seed,
                   float rim_strength) {
  Images images;
  for (int m = 0; m < kModalities; ++m) images[m].assign(tissues.shares.size(), contrast.fluid[m]);
  const LatticeNoise texture(seed, kTexture, kTextureCell);
  for_each_brain_voxel(grid, tissues, [&](std::int64_t index, Vec at) {
    const TissueShares& share = tissues.shares[index];
    const float uneven = kUnevenness * texture(at);
    for (int m = 0; m < kModalities; ++m)
      images[m][index] = tissue_signal(contrast, share, uneven, static_cast<Modality>(m));
    float& flair = images[kFlair][index];
    flair += rim_strength * tissues.rim[index] * (kRimFlair - flair);
  });
  return images;
}

void scan(std::vector<float>& image, const HeadGrid& grid, const TissueMaps& tissues, std::uint64_t seed, int number,
          ScannerFaults faults) {
  blur(image, grid.geometry);
  const LatticeNoise field(seed, 30 + static_cast<std::uint64_t>(number), 75);
  const std::uint64_t noise_stream = stream_seed(seed, 40 + static_cast<std::uint64_t>(number));
  const float sd = faults.noise;
  for_each_brain_voxel(grid, tissues, [&](std::int64_t index, Vec at) {
    const float signal = image[index] * std::exp(faults.bias * field(at));
    image[index] = std::max(sd > 0 ? rician(signal, sd, noise_stream, index) : signal, kSmallestSignal);
  });
  for (std::size_t i = 0; i < image.size(); ++i)
    if (!tissues.brain[i]) image[i] = 0;
}

}  // namespace flowrun::phantom
