#include "padded_image.h"

#include <algorithm>

namespace flowrun::restore {
namespace {

constexpr std::int64_t kReadBehind = 8;  ///< rows are read in whole vectors

/// The voxel of an axis that is seen at a place beside it, as between two mirrors.
std::int64_t mirrored(std::int64_t place, std::int64_t size) {
  if (size == 1) return 0;
  const std::int64_t period = 2 * (size - 1);
  const std::int64_t within = ((place % period) + period) % period;
  return within < size ? within : period - within;
}

/// Sums of rows and of their squares, in double precision.
struct RowSums {
  explicit RowSums(std::int64_t length) : values(static_cast<std::size_t>(length)), squares(static_cast<std::size_t>(length)) {}
  void clear() {
    std::fill(values.begin(), values.end(), 0.0);
    std::fill(squares.begin(), squares.end(), 0.0);
  }
  void add(const float* row) {
    for (std::size_t x = 0; x < values.size(); ++x) {
      const double value = row[x];
      values[x] += value;
      squares[x] += value * value;
    }
  }
  std::vector<double> values, squares;
};

void moments_of_row(const RowSums& sums, std::int64_t side, float* means, float* variances) {
  const double voxels = static_cast<double>(side * side * side);
  const auto last = static_cast<std::int64_t>(sums.values.size()) - side;
  for (std::int64_t x = 0; x <= last; ++x) {
    double sum = 0, squares = 0;
    for (std::int64_t i = x; i < x + side; ++i)
      sum += sums.values[static_cast<std::size_t>(i)], squares += sums.squares[static_cast<std::size_t>(i)];
    const double mean = sum / voxels, variance = squares / voxels - mean * mean;
    means[x] = static_cast<float>(mean);
    variances[x] = variance <= 1e-12 * mean * mean ? 0.0F : static_cast<float>(variance);
  }
}

}  // namespace

PaddedImage::PaddedImage(const Volume& volume, std::int64_t border, float scale, Context& context) {
  const auto& size = volume.geometry.size;
  row_ = size[0] + 2 * border;
  plane_ = row_ * (size[1] + 2 * border);
  const std::int64_t planes = size[2] + 2 * border;
  voxels_.resize(static_cast<std::size_t>(plane_ * planes + kReadBehind));
  std::vector<std::int64_t> from_x;
  for (std::int64_t x = 0; x < row_; ++x) from_x.push_back(mirrored(x - border, size[0]));
  context.parallel_for(planes, [&](std::int64_t z) {
    float* to = voxels_.data() + z * plane_;
    for (std::int64_t y = 0; y < size[1] + 2 * border; ++y) {
      const float* from =
          volume.voxels.data() + volume.geometry.index_of(0, mirrored(y - border, size[1]), mirrored(z - border, size[2]));
      for (const std::int64_t x : from_x) *to++ = from[x] * scale;
    }
  });
}

BlockMoments block_moments(const PaddedImage& image, const std::array<std::int64_t, 3>& size, std::int64_t radius,
                           Context& context) {
  BlockMoments moments;
  const auto voxels = static_cast<std::size_t>(size[0] * size[1] * size[2]);
  moments.means.resize(voxels);
  moments.variances.resize(voxels);
  const std::int64_t side = 2 * radius + 1;
  context.parallel_for(size[2], [&](std::int64_t z) {
    if (context.cancelled()) return;
    RowSums sums(image.row());
    for (std::int64_t y = 0; y < size[1]; ++y) {
      sums.clear();
      for (std::int64_t k = 0; k < side; ++k)
        for (std::int64_t j = 0; j < side; ++j) sums.add(image.data() + image.corner_of(0, y + j, z + k));
      const std::int64_t at = size[0] * (y + size[1] * z);
      moments_of_row(sums, side, moments.means.data() + at, moments.variances.data() + at);
    }
  });
  return moments;
}

}  // namespace flowrun::restore
