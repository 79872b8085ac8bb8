#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "plan.h"

namespace flowrun::cnn::dense {

/// Places along z, one bit each.
using Bits = std::uint64_t;

inline constexpr int kBits = 64;

/// A box of a grid: first voxel and size along x, y, z.
struct Box {
  std::array<std::int64_t, 3> first{};
  std::array<int, 3> size{};
};

/// Some of the voxels of a box, a row of bits along z for each x and y. At most kBits along z.
class VoxelBits {
 public:
  VoxelBits() = default;
  VoxelBits(int size_x, int size_y);

  int size_x() const { return size_x_; }
  int size_y() const { return size_y_; }
  /// Rows outside the box are empty.
  Bits row(int x, int y) const { return x < 0 || y < 0 || x >= size_x_ || y >= size_y_ ? 0 : rows_[at(x, y)]; }
  void set(int x, int y, int z) { rows_[at(x, y)] |= Bits{1} << z; }
  void join(int x, int y, Bits bits) { rows_[at(x, y)] |= bits; }
  bool any() const;

  /// Every voxel of these that is `offset` modulo `stride` on each axis, on the grid of those voxels.
  VoxelBits sublattice(const std::array<int, 3>& offset, int stride_x, int stride_y, int stride_z) const;

 private:
  std::size_t at(int x, int y) const { return static_cast<std::size_t>(x) * static_cast<std::size_t>(size_y_) + static_cast<std::size_t>(y); }

  int size_x_ = 0;
  int size_y_ = 0;
  std::vector<Bits> rows_;
};

/// The rows of `voxels` at (x - first_x .. x - last_x, y - first_y .. y - last_y), joined.
Bits joined_row(const VoxelBits& voxels, int x, int y, int first_x, int last_x, int first_y, int last_y);

/// The bits shifted up by each of first .. last, joined.
Bits spread(Bits bits, int first, int last);

inline int lowest(Bits bits) { return __builtin_ctzll(bits); }
inline int highest(Bits bits) { return kBits - 1 - __builtin_clzll(bits); }
inline int count(Bits bits) { return __builtin_popcountll(bits); }

/// A run of set bits.
struct BitRun {
  int first = 0;
  int count = 0;
};

/// Takes the lowest run of set bits out of `bits`, which must not be empty. Gaps of up to `bridge` clear bits do not end a run.
BitRun take_run(Bits& bits, int bridge = 0);

}  // namespace flowrun::cnn::dense
