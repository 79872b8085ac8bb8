// Cutting patches out of volumes. Header only, standard library only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "flowrun/sdk/payloads.h"

namespace flowrun::grid {

/// The part of a patch's axis that lies inside the volume: patch voxels [begin, end), the first at volume voxel `source`.
struct Overlap {
  std::int64_t begin, end, source;
};

inline Overlap overlap(std::int64_t centre, std::int64_t size, std::int64_t extent) {
  const std::int64_t start = centre - size / 2;
  const std::int64_t begin = std::max<std::int64_t>(0, -start);
  return {begin, std::min(size, extent - start), start + begin};
}

/// Copies the part of a patch around `centre` that lies inside the volume, one row along x at a time, x fastest; the rest of
/// `patch` is left as it is.
inline void copy_patch(const Volume& volume, const std::array<std::int64_t, 3>& centre, const std::array<std::int64_t, 3>& size,
                       float* patch) {
  const Geometry& grid = volume.geometry;
  const Overlap x = overlap(centre[0], size[0], grid.size[0]);
  const Overlap y = overlap(centre[1], size[1], grid.size[1]);
  const Overlap z = overlap(centre[2], size[2], grid.size[2]);
  const auto row_bytes = static_cast<std::size_t>(x.end - x.begin) * sizeof(float);
  for (std::int64_t k = z.begin; k < z.end; ++k) {
    const float* from = volume.voxels.data() + grid.index_of(x.source, y.source, z.source + k - z.begin);
    float* to = patch + (k * size[1] + y.begin) * size[0] + x.begin;
    for (std::int64_t j = y.begin; j < y.end; ++j, from += grid.size[0], to += size[0]) std::memcpy(to, from, row_bytes);
  }
}

}  // namespace flowrun::grid
