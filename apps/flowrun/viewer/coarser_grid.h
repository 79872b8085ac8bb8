#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "flowrun/sdk/geometry.h"

namespace flowrun {

using Factor = std::array<std::int64_t, 3>;  ///< voxels along x, y, z that become one

/// The smallest factor with which a grid has at most so many voxels; the axis with the smallest spacing is made coarser first.
Factor factor_for(const Geometry& geometry, std::int64_t most_voxels);

/// The grid of blocks; the last ones of a row may be incomplete.
Geometry coarser(const Geometry& geometry, const Factor& factor);

/// One value for each block: what `reduce` makes of its values (a std::vector<float>, at least one).
template <class Reduce>
std::vector<float> coarser_voxels(const Geometry& fine, const std::vector<float>& voxels, const Factor& factor, Reduce reduce) {
  const Geometry coarse = coarser(fine, factor);
  std::vector<float> result, block;
  result.reserve(static_cast<std::size_t>(coarse.voxel_count()));
  for (std::int64_t z = 0; z < fine.size[2]; z += factor[2])
    for (std::int64_t y = 0; y < fine.size[1]; y += factor[1])
      for (std::int64_t x = 0; x < fine.size[0]; x += factor[0]) {
        block.clear();
        for (std::int64_t k = z; k < std::min(z + factor[2], fine.size[2]); ++k)
          for (std::int64_t j = y; j < std::min(y + factor[1], fine.size[1]); ++j)
            for (std::int64_t i = x; i < std::min(x + factor[0], fine.size[0]); ++i)
              block.push_back(voxels[static_cast<std::size_t>(fine.index_of(i, j, k))]);
        result.push_back(reduce(block));
      }
  return result;
}

}  // namespace flowrun
