#include "noise_estimate.h"

#include <algorithm>
#include <cmath>

namespace flowrun::restore {
namespace {

constexpr double kMadOfGaussian = 0.67448975019608171;  ///< the median absolute deviation of sd 1
constexpr double kPi = 3.14159265358979323846;
constexpr double kNearlyGaussian = 30;  ///< from here on the factor is its expansion to 1e-6

struct Blocks {
  std::vector<float> details;  ///< absolute values of the coefficients
  double sum = 0;              ///< of the blocks' means
};

/// The block that begins at a voxel, when it lies wholly inside.
void add_block(const Volume& volume, const std::vector<std::uint8_t>& inside, const std::array<std::int64_t, 3>& at,
               const std::array<std::int64_t, 3>& side, Blocks& blocks) {
  double detail = 0, sum = 0;
  for (std::int64_t z = 0; z < side[2]; ++z)
    for (std::int64_t y = 0; y < side[1]; ++y)
      for (std::int64_t x = 0; x < side[0]; ++x) {
        const auto i = static_cast<std::size_t>(volume.geometry.index_of(at[0] + x, at[1] + y, at[2] + z));
        if (!inside[i]) return;
        const double value = volume.voxels[i];
        sum += value;
        detail += (x + y + z) % 2 == 0 ? value : -value;
      }
  const auto voxels = static_cast<double>(side[0] * side[1] * side[2]);
  blocks.details.push_back(static_cast<float>(std::abs(detail) / std::sqrt(voxels)));
  blocks.sum += sum / voxels;
}

Blocks blocks_of(const Volume& volume, const std::vector<std::uint8_t>& inside) {
  Blocks blocks;
  const auto& size = volume.geometry.size;
  std::array<std::int64_t, 3> side{};
  for (std::size_t axis = 0; axis < 3; ++axis) side[axis] = size[axis] < 2 ? 1 : 2;
  if (side[0] * side[1] * side[2] == 1) return blocks;
  for (std::int64_t z = 0; z + side[2] <= size[2]; z += side[2])
    for (std::int64_t y = 0; y + side[1] <= size[1]; y += side[1])
      for (std::int64_t x = 0; x + side[0] <= size[0]; x += side[0]) add_block(volume, inside, {x, y, z}, side, blocks);
  return blocks;
}

double median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (static_cast<double>(*middle) + *std::max_element(values.begin(), middle)) / 2;
}

/// The standard deviation of the channels, from that of the magnitude and the mean magnitude.
double without_rician_bias(double spread, double mean) {
  const double ratio = mean / spread;
  double snr = ratio;
  for (int i = 0; i < 100; ++i) {
    const double next = std::sqrt(std::max(0.0, koay_factor(snr) * (1 + ratio * ratio) - 2));
    if (std::abs(next - snr) < 1e-9 * (1 + snr)) break;
    snr = next;
  }
  return spread / std::sqrt(koay_factor(snr));
}

}  // namespace

double koay_factor(double snr) {
  if (snr > kNearlyGaussian) return 1 - 1 / (2 * snr * snr);
  const double square = snr * snr, quarter = square / 4;
  const double bessel = (2 + square) * std::cyl_bessel_i(0, quarter) + square * std::cyl_bessel_i(1, quarter);
  const double scaled = std::exp(-quarter) * bessel;  // e^(-snr^2 / 2) is shared between the two factors of the square
  return 2 + square - kPi / 8 * scaled * scaled;
}

NoiseEstimate estimated_noise(const Volume& volume, const std::vector<std::uint8_t>& inside, bool rician) {
  Blocks blocks = blocks_of(volume, inside);
  if (blocks.details.empty()) return {};
  NoiseEstimate found;
  found.blocks = static_cast<std::int64_t>(blocks.details.size());
  found.signal = blocks.sum / static_cast<double>(found.blocks);
  found.sigma = median(blocks.details) / kMadOfGaussian;
  if (rician && found.sigma > 0 && found.signal > 0) found.sigma = without_rician_bias(found.sigma, found.signal);
  return found;
}

}  // namespace flowrun::restore
