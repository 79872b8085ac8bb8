#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "block_worker.h"

namespace flowrun::cnn::dense {

/// The blocks that decide where sharing pays. Their size depends on the network alone, so that the decision depends on the
/// list and on nothing else.
std::vector<Block> judged_blocks(const PackedNetwork& network, std::span<const std::int64_t> voxels,
                                 const std::array<std::int64_t, 3>& grid);

/// Whether so many voxels need few enough operations with shared arithmetic to be faster than patch by patch.
bool sharing_pays(const PackedNetwork& network, std::uint64_t planned_multiply_adds, std::size_t voxels);

/// What a multiply-add here costs, in those of a patch run by LibTorch, where voxels lie far apart.
inline constexpr double kCostOfOne = 2.2;

}  // namespace flowrun::cnn::dense
