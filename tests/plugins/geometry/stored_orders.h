// The same image stored in another order of its axes, by the definition and without the plugin's code: loops over
// voxels.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

/// Axis i of what is stored is axis from[i] of the image, begun at its end where flipped.
struct StoredOrder {
  std::array<std::size_t, 3> from{0, 1, 2};
  std::array<bool, 3> flipped{false, false, false};
};

/// All 48, that of the image itself first.
inline std::vector<StoredOrder> all_orders() {
  std::vector<StoredOrder> orders;
  StoredOrder order;
  do {
    for (int flips = 0; flips < 8; ++flips) {
      for (std::size_t axis = 0; axis < 3; ++axis) order.flipped[axis] = flips >> axis & 1;
      orders.push_back(order);
    }
  } while (std::next_permutation(order.from.begin(), order.from.end()));
  return orders;
}

/// Where a voxel lies, in mm.
inline std::array<double, 3> place_of(const Geometry& grid, const std::array<std::int64_t, 3>& voxel) {
  std::array<double, 3> place = grid.origin;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t axis = 0; axis < 3; ++axis)
      place[row] += grid.direction[3 * row + axis] * grid.spacing[axis] * static_cast<double>(voxel[axis]);
  return place;
}

/// The voxel of the image that voxel `at` of the stored one is.
inline std::array<std::int64_t, 3> voxel_behind(const Geometry& grid, const StoredOrder& order,
                                                const std::array<std::int64_t, 3>& at) {
  std::array<std::int64_t, 3> voxel{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t from = order.from[axis];
    voxel[from] = order.flipped[axis] ? grid.size[from] - 1 - at[axis] : at[axis];
  }
  return voxel;
}

template <class Image>
Image stored_as(const Image& image, const StoredOrder& order) {
  Image stored;
  const Geometry& grid = image.geometry;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    stored.geometry.size[axis] = grid.size[order.from[axis]];
    stored.geometry.spacing[axis] = grid.spacing[order.from[axis]];
    for (std::size_t row = 0; row < 3; ++row)
      stored.geometry.direction[3 * row + axis] = grid.direction[3 * row + order.from[axis]] * (order.flipped[axis] ? -1 : 1);
  }
  stored.geometry.origin = place_of(grid, voxel_behind(grid, order, {0, 0, 0}));
  stored.source = image.source;
  for (std::int64_t i = 0; i < grid.voxel_count(); ++i) {
    const auto [x, y, z] = voxel_behind(grid, order, stored.geometry.voxel_at(i));
    stored.voxels.push_back(image.voxels[static_cast<std::size_t>(grid.index_of(x, y, z))]);
  }
  return stored;
}

}  // namespace flowrun::testing
