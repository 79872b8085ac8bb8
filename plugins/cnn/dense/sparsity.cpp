#include "sparsity.h"

#include "divide.h"

namespace flowrun::cnn::dense {

std::vector<Block> judged_blocks(const PackedNetwork& network, std::span<const std::int64_t> voxels,
                                 const std::array<std::int64_t, 3>& grid) {
  return divide(voxels, grid, largest_block(network));
}

// For a voxel by itself a multiply-add here takes more than twice what one of a patch takes in LibTorch's oneDNN, which knows
// faster ways for whole patches and has no short runs (measured: docs/benchmarks.md).
bool sharing_pays(const PackedNetwork& network, std::uint64_t planned_multiply_adds, std::size_t voxels) {
  return kCostOfOne * static_cast<double>(planned_multiply_adds) <=
         static_cast<double>(network.patch_multiply_adds) * static_cast<double>(voxels);
}

}  // namespace flowrun::cnn::dense
