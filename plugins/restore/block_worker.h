// The inner loops of the blockwise filter. Included by block_filter.cpp alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "block_filter.h"
#include "block_weights.h"
#include "padded_image.h"

namespace flowrun::restore {

using Voxel = std::array<std::int64_t, 3>;

/// Four numbers that one instruction works on.
using Four = float __attribute__((vector_size(16)));

inline Four four_at(const float* from) {
  Four values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

inline Four all_four(float value) { return Four{value, value, value, value}; }

/// What all threads read.
struct Job {
  const BlockSettings& settings;
  const Voxel& size;
  const std::vector<std::uint8_t>& inside;
  const PaddedImage& image;
  const BlockMoments& moments;
  float scale;  ///< of distances: h^2
  std::array<std::vector<std::int64_t>, 3> centres;
  std::vector<float>& sums;  ///< of the estimates of each voxel

  std::int64_t index(std::int64_t x, std::int64_t y, std::int64_t z) const { return x + size[0] * (y + size[1] * z); }
};

/// The voxels from `at` - radius to `at` + radius along an axis that the image has.
struct Reach {
  std::int64_t begin, end;
  Reach(std::int64_t at, std::int64_t radius, std::int64_t size)
      : begin(std::max<std::int64_t>(0, at - radius)), end(std::min(size, at + radius + 1)) {}
};

/// Restores blocks one after the other, each into the sums. kRadius is alpha.
template <int kRadius>
class BlockWorker {
 public:
  explicit BlockWorker(const Job& job) : job_(job) {
    const auto window = static_cast<std::size_t>(2 * job.settings.search_radius + 1);
    places_.resize(window * window * window);
    distances_.resize(places_.size());
    std::array<float, kWidth> wanted{};
    std::fill_n(wanted.begin(), kSide, 1.0F);
    for (std::size_t k = 0; k < kVectors; ++k) wanted_[k] = four_at(wanted.data() + 4 * k);
  }

  void restore(const Voxel& centre) {
    if (!any_inside(centre)) return;
    load(centre);
    const std::size_t candidates = find_candidates(centre);
    for (std::size_t i = 0; i < candidates; ++i) distances_[i] = distance(job_.image.data() + places_[i]);
    const float largest = make_weights(distances_, candidates, job_.scale);
    average(candidates, largest > 0 ? largest : 1.0F);  // the block itself counts as much as the best other one
    add(centre);
  }

 private:
  static constexpr std::size_t kSide = 2 * kRadius + 1, kRows = kSide * kSide;
  static constexpr std::size_t kVectors = (kSide + 3) / 4, kWidth = 4 * kVectors;
  using Rows = std::array<std::array<Four, kVectors>, kRows>;

  bool any_inside(const Voxel& at) const {
    if (job_.inside.empty()) return true;
    const Reach x(at[0], kRadius, job_.size[0]), y(at[1], kRadius, job_.size[1]), z(at[2], kRadius, job_.size[2]);
    for (std::int64_t k = z.begin; k < z.end; ++k)
      for (std::int64_t j = y.begin; j < y.end; ++j)
        for (std::int64_t i = x.begin; i < x.end; ++i)
          if (job_.inside[static_cast<std::size_t>(job_.index(i, j, k))]) return true;
    return false;
  }

  /// Calls with each row of the block at `corner`: its number, and where it begins.
  template <class Use>
  void for_rows(const float* corner, Use use) const {
    std::size_t row = 0;
    for (std::size_t z = 0; z < kSide; ++z, corner += job_.image.plane()) {
      const float* from = corner;
      for (std::size_t y = 0; y < kSide; ++y, from += job_.image.row()) use(row++, from);
    }
  }

  void load(const Voxel& at) {
    for_rows(job_.image.data() + job_.image.corner_of(at[0], at[1], at[2]), [this](std::size_t row, const float* from) {
      for (std::size_t k = 0; k < kVectors; ++k) block_[row][k] = four_at(from + 4 * k) * wanted_[k];
    });
  }

  /// The corners of the blocks in the window whose mean and variance are near enough, without the block itself.
  std::size_t find_candidates(const Voxel& at) {
    const auto self = static_cast<std::size_t>(job_.index(at[0], at[1], at[2]));
    const Bounds bounds = bounds_for(job_.moments.means[self], job_.moments.variances[self], job_.settings.mean_ratio,
                                     job_.settings.variance_ratio);
    if (bounds.none()) return 0;
    const std::int64_t reach = job_.settings.search_radius;
    const Reach x(at[0], reach, job_.size[0]), y(at[1], reach, job_.size[1]), z(at[2], reach, job_.size[2]);
    std::size_t count = 0;
    for (std::int64_t k = z.begin; k < z.end; ++k)
      for (std::int64_t j = y.begin; j < y.end; ++j) {
        const std::int64_t own = j == at[1] && k == at[2] ? at[0] : -1;
        count = find_in_row(x, j, k, own, bounds, count);
      }
    return count;
  }

  std::size_t find_in_row(const Reach& x, std::int64_t y, std::int64_t z, std::int64_t own, const Bounds& bounds,
                          std::size_t count) {
    const float* means = job_.moments.means.data() + job_.index(0, y, z);
    const float* variances = job_.moments.variances.data() + job_.index(0, y, z);
    const std::int64_t corner = job_.image.corner_of(0, y, z);
    for (std::int64_t i = x.begin; i < x.end; ++i) {
      places_[count] = corner + i;
      count +=
          static_cast<std::size_t>((means[i] > bounds.mean_above) & (means[i] < bounds.mean_below) &
                                   (variances[i] > bounds.variance_above) & (variances[i] < bounds.variance_below) & (i != own));
    }
    return count;
  }

  float distance(const float* corner) const {
    Four sum{};
    for_rows(corner, [&](std::size_t row, const float* from) {
      for (std::size_t k = 0; k < kVectors; ++k) {
        const Four difference = (four_at(from + 4 * k) - block_[row][k]) * wanted_[k];
        sum += difference * difference;
      }
    });
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }

  /// The weighted mean of the candidates and the block itself, of squares where the noise is Rician.
  void average(std::size_t candidates, float own_weight) {
    if (job_.settings.rician) average_of<true>(candidates, own_weight);
    else average_of<false>(candidates, own_weight);
  }

  template <bool kSquares>
  void average_of(std::size_t candidates, float own_weight) {
    const auto value = [](const Four& voxels) { return kSquares ? voxels * voxels : voxels; };
    Rows sums;
    for (std::size_t row = 0; row < kRows; ++row)
      for (std::size_t k = 0; k < kVectors; ++k) sums[row][k] = value(block_[row][k]) * all_four(own_weight);
    float total = own_weight;
    for (std::size_t i = 0; i < candidates; ++i) {
      if (distances_[i] == 0) continue;
      const Four weight = all_four(distances_[i]);
      total += distances_[i];
      for_rows(job_.image.data() + places_[i], [&](std::size_t row, const float* from) {
        for (std::size_t k = 0; k < kVectors; ++k) sums[row][k] += value(four_at(from + 4 * k)) * weight;
      });
    }
    for (std::size_t row = 0; row < kRows; ++row)
      for (std::size_t k = 0; k < kVectors; ++k) sums[row][k] /= all_four(total);
    std::memcpy(estimate_.data(), &sums, sizeof sums);
  }

  void add(const Voxel& at) {
    const Reach x(at[0], kRadius, job_.size[0]), y(at[1], kRadius, job_.size[1]), z(at[2], kRadius, job_.size[2]);
    for (std::int64_t k = z.begin; k < z.end; ++k)
      for (std::int64_t j = y.begin; j < y.end; ++j) {
        const auto row = static_cast<std::size_t>((k - at[2] + kRadius) * static_cast<std::int64_t>(kSide) + j - at[1] + kRadius);
        const float* from = estimate_.data() + row * kWidth + (x.begin - at[0] + kRadius);
        float* to = job_.sums.data() + job_.index(x.begin, j, k);
        for (std::int64_t i = 0; i < x.end - x.begin; ++i) to[i] += from[i];
      }
  }

  const Job& job_;
  std::array<Four, kVectors> wanted_{};  ///< 1 for the voxels of a row, 0 for those behind it
  Rows block_{};
  std::array<float, kRows * kWidth> estimate_{};
  std::vector<std::int64_t> places_;
  std::vector<float> distances_;  ///< then weights
};

}  // namespace flowrun::restore
