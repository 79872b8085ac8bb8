#include "noise_estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace flowrun::restore {
namespace {

constexpr double kMadOfGaussian = 0.67448975019608171;  ///< the median absolute deviation of sd 1
constexpr double kPi = 3.14159265358979323846;
constexpr double kNearlyGaussian = 30;  ///< from here on the factor is its expansion to 1e-6

using Triple = std::array<std::int64_t, 3>;

/// The first level of the Haar transform: for each block its mean, NaN where it does not lie wholly inside, and the absolute
/// value of its highest coefficient.
struct Blocks {
  Triple size{};
  std::vector<float> means, details;
  std::size_t index(const Triple& at) const { return static_cast<std::size_t>(at[0] + size[0] * (at[1] + size[1] * at[2])); }
};

void add_block(const Volume& volume, const std::vector<std::uint8_t>& inside, const Triple& at, const Triple& side,
               Blocks& blocks) {
  double detail = 0, sum = 0;
  bool whole = true;
  for (std::int64_t z = 0; z < side[2]; ++z)
    for (std::int64_t y = 0; y < side[1]; ++y)
      for (std::int64_t x = 0; x < side[0]; ++x) {
        const auto i = static_cast<std::size_t>(volume.geometry.index_of(at[0] + x, at[1] + y, at[2] + z));
        const double value = volume.voxels[i];
        whole &= inside[i] != 0;
        sum += value;
        detail += (x + y + z) % 2 == 0 ? value : -value;
      }
  const auto voxels = static_cast<double>(side[0] * side[1] * side[2]);
  blocks.means.push_back(whole ? static_cast<float>(sum / voxels) : std::numeric_limits<float>::quiet_NaN());
  blocks.details.push_back(static_cast<float>(std::abs(detail) / std::sqrt(voxels)));
}

Blocks blocks_of(const Volume& volume, const std::vector<std::uint8_t>& inside) {
  Blocks blocks;
  Triple side{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    side[axis] = volume.geometry.size[axis] < 2 ? 1 : 2;
    blocks.size[axis] = volume.geometry.size[axis] / side[axis];
  }
  if (side == Triple{1, 1, 1}) return {};
  for (std::int64_t z = 0; z < blocks.size[2]; ++z)
    for (std::int64_t y = 0; y < blocks.size[1]; ++y)
      for (std::int64_t x = 0; x < blocks.size[0]; ++x)
        add_block(volume, inside, {x * side[0], y * side[1], z * side[2]}, side, blocks);
  return blocks;
}

/// The squared gradient of the blocks' means at one of them, from its neighbours that lie inside.
float steepness(const Blocks& blocks, const Triple& at) {
  double sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double ends[2] = {blocks.means[blocks.index(at)], blocks.means[blocks.index(at)]};
    int steps = 0;
    for (const int side : {0, 1}) {
      Triple other = at;
      other[axis] += 2 * side - 1;
      if (other[axis] < 0 || other[axis] >= blocks.size[axis] || std::isnan(blocks.means[blocks.index(other)])) continue;
      ends[side] = blocks.means[blocks.index(other)];
      ++steps;
    }
    if (steps > 0) sum += (ends[1] - ends[0]) * (ends[1] - ends[0]) / (steps * steps);
  }
  return static_cast<float>(sum);
}

double median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (static_cast<double>(*middle) + *std::max_element(values.begin(), middle)) / 2;
}

/// The blocks inside, and how steep the image is at each.
struct Chosen {
  std::vector<std::size_t> blocks;
  std::vector<float> steepness;
};

Chosen blocks_inside(const Blocks& blocks) {
  Chosen chosen;
  for (std::int64_t z = 0; z < blocks.size[2]; ++z)
    for (std::int64_t y = 0; y < blocks.size[1]; ++y)
      for (std::int64_t x = 0; x < blocks.size[0]; ++x) {
        const std::size_t block = blocks.index({x, y, z});
        if (std::isnan(blocks.means[block])) continue;
        chosen.blocks.push_back(block);
        chosen.steepness.push_back(steepness(blocks, {x, y, z}));
      }
  return chosen;
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
  const Blocks blocks = blocks_of(volume, inside);
  const Chosen chosen = blocks_inside(blocks);
  if (chosen.blocks.empty()) return {};
  std::vector<float> sorted = chosen.steepness, details;
  const double most = median(sorted);
  NoiseEstimate found;
  for (std::size_t i = 0; i < chosen.blocks.size(); ++i) {
    if (chosen.steepness[i] > most) continue;
    details.push_back(blocks.details[chosen.blocks[i]]);
    found.signal += blocks.means[chosen.blocks[i]];
  }
  found.blocks = static_cast<std::int64_t>(details.size());
  found.signal /= static_cast<double>(found.blocks);
  found.sigma = median(details) / kMadOfGaussian;
  if (rician && found.sigma > 0 && found.signal > 0) found.sigma = without_rician_bias(found.sigma, found.signal);
  return found;
}

}  // namespace flowrun::restore
