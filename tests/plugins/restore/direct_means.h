// Blockwise non-local means as its definition reads: a sum in double precision over all blocks of the window, voxel by voxel and
// without the plugin's code.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

struct DirectSettings {
  int search = 5, patch = 1, step = 2;
  double beta = 1, mean_ratio = 0.95, variance_ratio = 0.5, sigma = 1;
  bool rician = true;
};

class DirectMeans {
 public:
  DirectMeans(const Volume& volume, const DirectSettings& settings) : volume_(volume), settings_(settings) {}

  std::vector<double> run() {
    const auto& size = volume_.geometry.size;
    std::vector<double> sums(volume_.voxels.size(), 0.0), counts(sums);
    for (const int z : centres(size[2]))
      for (const int y : centres(size[1]))
        for (const int x : centres(size[0])) add_block(x, y, z, sums, counts);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] /= counts[i];
      if (settings_.rician) sums[i] = std::sqrt(std::max(0.0, sums[i] - 2 * settings_.sigma * settings_.sigma));
    }
    return sums;
  }

 private:
  using Block = std::vector<double>;

  std::vector<int> centres(std::int64_t size) const {
    std::vector<int> found;
    for (int at = 0; at < size; at += settings_.step) found.push_back(at);
    if (found.back() + settings_.patch < size - 1) found.push_back(static_cast<int>(size) - 1);
    return found;
  }

  static int mirrored(int place, std::int64_t size) {
    while (size > 1 && (place < 0 || place >= size)) place = place < 0 ? -place : 2 * (static_cast<int>(size) - 1) - place;
    return size == 1 ? 0 : place;
  }

  Block block_at(int x, int y, int z) const {
    Block block;
    const auto& size = volume_.geometry.size;
    const int r = settings_.patch;
    for (int k = z - r; k <= z + r; ++k)
      for (int j = y - r; j <= y + r; ++j)
        for (int i = x - r; i <= x + r; ++i)
          block.push_back(volume_.voxels[static_cast<std::size_t>(
              volume_.geometry.index_of(mirrored(i, size[0]), mirrored(j, size[1]), mirrored(k, size[2])))]);
    return block;
  }

  static double mean(const Block& block) {
    double sum = 0;
    for (const double value : block) sum += value;
    return sum / static_cast<double>(block.size());
  }

  static double variance(const Block& block) {
    double sum = 0;
    for (const double value : block) sum += (value - mean(block)) * (value - mean(block));
    return sum / static_cast<double>(block.size());
  }

  static bool near(double a, double b, double ratio) { return ratio == 0 || (a / b > ratio && a / b < 1 / ratio); }

  double weight(const Block& a, const Block& b) const {
    if (!near(mean(a), mean(b), settings_.mean_ratio)) return 0;
    if (!near(variance(a), variance(b), settings_.variance_ratio)) return 0;
    double distance = 0;
    for (std::size_t i = 0; i < a.size(); ++i) distance += (a[i] - b[i]) * (a[i] - b[i]);
    const double exponent = distance / (2 * settings_.beta * settings_.sigma * settings_.sigma * static_cast<double>(a.size()));
    return exponent > 16 ? 0 : std::exp(-exponent);
  }

  /// The weighted mean of all blocks of the window.
  Block restored(int x, int y, int z) const {
    const auto& size = volume_.geometry.size;
    const Block own = block_at(x, y, z);
    Block sum(own.size(), 0.0);
    double total = 0, best = 0;
    const auto add = [&](const Block& block, double w) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += w * (settings_.rician ? block[i] * block[i] : block[i]);
      total += w;
    };
    const int m = settings_.search;
    for (int k = std::max(0, z - m); k <= z + m && k < size[2]; ++k)
      for (int j = std::max(0, y - m); j <= y + m && j < size[1]; ++j)
        for (int i = std::max(0, x - m); i <= x + m && i < size[0]; ++i) {
          if (i == x && j == y && k == z) continue;
          const Block other = block_at(i, j, k);
          const double w = weight(own, other);
          best = std::max(best, w);
          add(other, w);
        }
    add(own, best > 0 ? best : 1);
    for (double& value : sum) value /= total;
    return sum;
  }

  void add_block(int x, int y, int z, std::vector<double>& sums, std::vector<double>& counts) const {
    const auto& size = volume_.geometry.size;
    const Block estimate = restored(x, y, z);
    const int r = settings_.patch;
    std::size_t at = 0;
    for (int k = z - r; k <= z + r; ++k)
      for (int j = y - r; j <= y + r; ++j)
        for (int i = x - r; i <= x + r; ++i, ++at) {
          if (i < 0 || j < 0 || k < 0 || i >= size[0] || j >= size[1] || k >= size[2]) continue;
          const auto voxel = static_cast<std::size_t>(volume_.geometry.index_of(i, j, k));
          sums[voxel] += estimate[at];
          counts[voxel] += 1;
        }
  }

  const Volume& volume_;
  DirectSettings settings_;
};

}  // namespace flowrun::testing
