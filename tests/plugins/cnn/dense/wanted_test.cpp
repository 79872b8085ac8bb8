#include <doctest/doctest.h>

#include "cnn/dense/wanted.h"

namespace flowrun::testing {

namespace dense = cnn::dense;
namespace {

using dense::Bits;
using dense::VoxelBits;

TEST_CASE("runs of bits come from the lowest up, gaps bridged when asked") {
  Bits bits = 0b1101'0011;
  const dense::BitRun first = dense::take_run(bits);
  CHECK(first.first == 0);
  CHECK(first.count == 2);
  const dense::BitRun second = dense::take_run(bits, 1);
  CHECK(second.first == 4);
  CHECK(second.count == 4);
  CHECK(bits == 0);
  Bits all = ~Bits{0};
  CHECK(dense::take_run(all).count == 64);
  CHECK(all == 0);
  Bits top = Bits{1} << 63;
  CHECK(dense::take_run(top, 5).first == 63);
}

TEST_CASE("bits spread to the cells around them") {
  CHECK(dense::spread(0b1, 0, 0) == 0b1);
  CHECK(dense::spread(0b101, 1, 2) == 0b11110);
}

TEST_CASE("a sublattice holds every voxel of its class") {
  VoxelBits voxels(5, 4);
  voxels.set(1, 2, 3);
  voxels.set(3, 2, 5);
  voxels.set(3, 3, 5);
  const VoxelBits odd = voxels.sublattice({1, 0, 1}, 2, 2, 2);
  CHECK(odd.size_x() == 2);
  CHECK(odd.size_y() == 2);
  CHECK(odd.row(0, 1) == Bits{1} << 1);
  CHECK(odd.row(1, 1) == Bits{1} << 2);
  CHECK(odd.row(1, 0) == 0);
  CHECK(odd.row(-1, 0) == 0);
  CHECK(odd.row(2, 0) == 0);
  CHECK_FALSE(voxels.sublattice({0, 0, 0}, 2, 2, 2).any());
}

TEST_CASE("rows are joined over the places that a cell serves") {
  VoxelBits voxels(4, 4);
  voxels.set(1, 1, 0);
  voxels.set(2, 1, 1);
  CHECK(dense::joined_row(voxels, 3, 2, 1, 2, 1, 1) == 0b11);
  CHECK(dense::joined_row(voxels, 3, 2, 1, 1, 1, 1) == 0b10);
  CHECK(dense::joined_row(voxels, 3, 3, 1, 2, 0, 1) == 0);
}

}  // namespace
}  // namespace flowrun::testing
