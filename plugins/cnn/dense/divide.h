#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "block_worker.h"

namespace flowrun::cnn::dense {

/// The size beyond which blocks do not get faster.
std::array<int, 3> largest_block(const PackedNetwork& network);

/// The largest blocks for which `workers` workers stay within `bytes` together; never less than 16 x 8 x 8. Larger ones share
/// more, up to 56 x 28 x 28: beyond that the sums along x outgrow the caches. Length along x takes memory for cells only.
std::array<int, 3> block_size(const PackedNetwork& network, std::size_t bytes, int workers);

/// Voxels (linear indices, x fastest) of a grid in blocks of at most `size`, those with the most voxels first. The blocks divide
/// the voxels' bounding box evenly.
std::vector<Block> divide(std::span<const std::int64_t> voxels, const std::array<std::int64_t, 3>& grid,
                          const std::array<int, 3>& size);

}  // namespace flowrun::cnn::dense
