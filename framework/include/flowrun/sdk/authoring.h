// All that a file with a node includes: nodes, ports, the standard payloads, and short forms of what most of them write. Nothing
// here crosses to the host: the long forms are NodeType, Node::begin and Context::inputs.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun {

/// A node whose firings are objects of F, a Firing, each made with the context of its firing where F takes one.
template <class F>
class FiringNode final : public Node {
 public:
  std::unique_ptr<Firing> begin(Context& context) override {
    if constexpr (std::is_constructible_v<F, Context&>) return std::make_unique<F>(context);
    else return std::make_unique<F>();
  }
};

/// The described type, with `create` filled in: its nodes are objects of T, or its firings where T is a Firing (for a type that
/// collects or streams, and shares nothing between firings).
template <class T>
NodeType node_type(NodeType described) {
  using Made = std::conditional_t<std::is_base_of_v<Firing, T>, FiringNode<T>, T>;
  described.create = create_node<Made>;
  return described;
}

/// Where a voxel's centre lies: mm, LPS. `voxel` has indices along x, y and z, which may lie between voxels.
inline std::array<double, 3> point_of(const Geometry& grid, const std::array<double, 3>& voxel) {
  std::array<double, 3> point = grid.origin;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t axis = 0; axis < 3; ++axis) point[row] += grid.direction[3 * row + axis] * grid.spacing[axis] * voxel[axis];
  return point;
}

}  // namespace flowrun
