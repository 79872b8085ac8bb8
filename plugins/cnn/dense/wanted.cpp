#include "wanted.h"

#include <algorithm>

namespace flowrun::cnn::dense {

VoxelBits::VoxelBits(int size_x, int size_y)
    : size_x_(size_x), size_y_(size_y), rows_(static_cast<std::size_t>(size_x) * static_cast<std::size_t>(size_y)) {}

bool VoxelBits::any() const {
  return std::any_of(rows_.begin(), rows_.end(), [](Bits row) { return row != 0; });
}

VoxelBits VoxelBits::sublattice(const std::array<int, 3>& offset, int stride_x, int stride_y, int stride_z) const {
  const auto size = [](int whole, int first, int stride) { return whole > first ? (whole - first + stride - 1) / stride : 0; };
  VoxelBits some(size(size_x_, offset[0], stride_x), size(size_y_, offset[1], stride_y));
  for (int x = 0; x < some.size_x_; ++x) {
    for (int y = 0; y < some.size_y_; ++y) {
      const Bits whole = row(offset[0] + x * stride_x, offset[1] + y * stride_y);
      for (int z = offset[2], bit = 0; whole && z < kBits; z += stride_z, ++bit) {
        if (whole >> z & 1) some.set(x, y, bit);
      }
    }
  }
  return some;
}

Bits joined_row(const VoxelBits& voxels, int x, int y, int first_x, int last_x, int first_y, int last_y) {
  Bits bits = 0;
  for (int i = first_x; i <= last_x; ++i) {
    for (int j = first_y; j <= last_y; ++j) bits |= voxels.row(x - i, y - j);
  }
  return bits;
}

Bits spread(Bits bits, int first, int last) {
  Bits all = 0;
  for (int i = first; i <= last; ++i) all |= bits << i;
  return all;
}

BitRun take_run(Bits& bits, int bridge) {
  const int first = lowest(bits);
  int end = first;
  for (;;) {
    const Bits beyond = bits >> end;  // starts with a set bit
    const int ones = ~beyond == 0 ? kBits : __builtin_ctzll(~beyond);
    end = std::min(end + ones, kBits);
    if (end == kBits || bits >> end == 0) break;
    const int gap = __builtin_ctzll(bits >> end);
    if (gap > bridge) break;
    end += gap;
  }
  bits = end == kBits ? 0 : bits >> end << end;
  return {first, end - first};
}

}  // namespace flowrun::cnn::dense
