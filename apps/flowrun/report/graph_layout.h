#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace flowrun {

struct LayoutPoint {
  double x = 0, y = 0;
};

/// Where the boxes of a directed graph stand, sources above, and the way of each edge between them.
struct GraphLayout {
  std::vector<LayoutPoint> boxes;               ///< centres
  std::vector<std::vector<LayoutPoint>> edges;  ///< from the lower rim of a box to the upper rim of another, in the order given
  double width = 0, height = 0;
};

struct BoxSize {
  double width = 150, height = 40, gap = 18, layer_gap = 34;
};

/// Draws in layers (Sugiyama): a node below all that it reads, long edges around boxes, crossings made few. An edge that goes to
/// an earlier or unknown node is left out. Good for some hundred nodes.
GraphLayout layout_graph(std::size_t nodes, const std::vector<std::pair<std::size_t, std::size_t>>& edges, const BoxSize& size);

}  // namespace flowrun
