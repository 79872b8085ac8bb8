#include "blob_index.h"

#include <algorithm>
#include <array>

namespace flowrun::phantom {
namespace {

constexpr int kCells = 24;            // per axis
constexpr float kCellSize = 8;        // mm; the cells cover 96 mm on each side of the head's centre
constexpr float kReachOfOutline = 2;  // in half axes: fill is 0 beyond

int cell_along(float mm) { return static_cast<int>(std::floor(mm / kCellSize)) + kCells / 2; }

/// Half of the box around the reach of a blob, mm along x, y and z.
Vec half_box(const Blob& blob) {
  const Vec a = blob.frame[0] * blob.half.x, b = blob.frame[1] * blob.half.y, c = blob.frame[2] * blob.half.z;
  return Vec{length({a.x, b.x, c.x}), length({a.y, b.y, c.y}), length({a.z, b.z, c.z})} * kReachOfOutline;
}

std::pair<int, int> cells_along(float centre, float half) {
  return {std::clamp(cell_along(centre - half), 0, kCells - 1), std::clamp(cell_along(centre + half), 0, kCells - 1)};
}

}  // namespace

BlobIndex::BlobIndex(std::vector<Blob> blobs) : blobs_(std::move(blobs)), cells_(kCells * kCells * kCells) {
  for (std::size_t i = 0; i < blobs_.size(); ++i) {
    const Vec centre = blobs_[i].centre, half = half_box(blobs_[i]);
    const auto [low_x, high_x] = cells_along(centre.x, half.x);
    const auto [low_y, high_y] = cells_along(centre.y, half.y);
    const auto [low_z, high_z] = cells_along(centre.z, half.z);
    for (int z = low_z; z <= high_z; ++z)
      for (int y = low_y; y <= high_y; ++y)
        for (int x = low_x; x <= high_x; ++x)
          cells_[static_cast<std::size_t>((z * kCells + y) * kCells + x)].push_back(static_cast<int>(i));
  }
}

int BlobIndex::cell_of(Vec mm) const {
  const int x = cell_along(mm.x), y = cell_along(mm.y), z = cell_along(mm.z);
  const bool inside = std::min({x, y, z}) >= 0 && std::max({x, y, z}) < kCells;
  return inside ? (z * kCells + y) * kCells + x : -1;
}

}  // namespace flowrun::phantom
