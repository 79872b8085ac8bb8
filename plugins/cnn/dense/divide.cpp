#include "divide.h"

#include <algorithm>
#include <numeric>

namespace flowrun::cnn::dense {
namespace {

using Place = std::array<std::int64_t, 3>;

Place place_of(std::int64_t voxel, const Place& grid) {
  return {voxel % grid[0], voxel / grid[0] % grid[1], voxel / (grid[0] * grid[1])};
}

struct Bounds {
  Place low, high;
  void take(const Place& place) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], place[axis]);
      high[axis] = std::max(high[axis], place[axis]);
    }
  }
  std::int64_t extent(std::size_t axis) const { return high[axis] - low[axis] + 1; }
};

}  // namespace

namespace {

constexpr int kLargestSide = 28;
constexpr int kSmallestSide = 8;

std::array<int, 3> block_of(const PackedNetwork& network, int side) {
  const int most_z = kBits - network.plan.axes[2].last_position();  // the first layer's positions along z are bits of a word
  return {2 * side, side, std::max(1, std::min(side, most_z))};
}

}  // namespace

std::array<int, 3> largest_block(const PackedNetwork& network) { return block_of(network, kLargestSide); }

std::array<int, 3> block_size(const PackedNetwork& network, std::size_t bytes, int workers) {
  int side = kLargestSide;
  while (side > kSmallestSide && static_cast<std::size_t>(workers) * BlockWorker::bytes_for(network, block_of(network, side)) > bytes)
    side -= 4;
  return block_of(network, side);
}

std::vector<Block> divide(std::span<const std::int64_t> voxels, const Place& grid, const std::array<int, 3>& size) {
  if (voxels.empty()) return {};
  Bounds all{place_of(voxels[0], grid), place_of(voxels[0], grid)};
  for (const std::int64_t voxel : voxels) all.take(place_of(voxel, grid));
  Place count{}, side{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    count[axis] = (all.extent(axis) + size[axis] - 1) / size[axis];
    side[axis] = (all.extent(axis) + count[axis] - 1) / count[axis];
  }
  std::vector<Block> blocks(static_cast<std::size_t>(count[0] * count[1] * count[2]));
  std::vector<Bounds> bounds(blocks.size());
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    const Place place = place_of(voxels[i], grid);
    const auto block = [&](std::size_t axis) { return (place[axis] - all.low[axis]) / side[axis]; };
    const auto index = static_cast<std::size_t>(block(0) + count[0] * (block(1) + count[1] * block(2)));
    if (blocks[index].positions.empty()) bounds[index] = {place, place};
    bounds[index].take(place);
    blocks[index].positions.push_back(static_cast<std::int64_t>(i));
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i].box.first = bounds[i].low;
    for (std::size_t axis = 0; axis < 3 && !blocks[i].positions.empty(); ++axis)
      blocks[i].box.size[axis] = static_cast<int>(bounds[i].extent(axis));
  }
  std::erase_if(blocks, [](const Block& block) { return block.positions.empty(); });
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const Block& a, const Block& b) { return a.positions.size() > b.positions.size(); });
  return blocks;
}

}  // namespace flowrun::cnn::dense
