#include "report/graph_layout.h"

#include <algorithm>
#include <numeric>

namespace flowrun {
namespace {

constexpr int kSweeps = 8;
constexpr double kBendWidth = 10;  ///< of an edge that passes a layer

/// A box, or the bend of an edge in a layer that it passes.
struct Cell {
  std::size_t layer = 0;
  double width = 0;
  double x = 0;
  std::vector<std::size_t> above, below;
};

class Layers {
 public:
  Layers(std::size_t nodes, const std::vector<std::pair<std::size_t, std::size_t>>& edges, const BoxSize& size) : size_(size) {
    cells_.resize(nodes);
    for (Cell& cell : cells_) cell.width = size.width;
    assign_layers(edges);
    for (const auto& edge : edges) chains_.push_back(chain_of(edge));
    for (std::size_t i = 0; i < cells_.size(); ++i) layer_of(cells_[i].layer).push_back(i);
    for (auto& layer : layers_) pack(layer);
  }

  void arrange() {
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t i = 0; i < layers_.size(); ++i) order(layers_[down ? i : layers_.size() - 1 - i], down);
    }
    for (int sweep = 0; sweep < kSweeps; ++sweep)
      for (std::size_t i = 0; i < layers_.size(); ++i) straighten(layers_[sweep % 2 == 0 ? i : layers_.size() - 1 - i]);
  }

  GraphLayout result(std::size_t nodes) const {
    GraphLayout layout;
    double left = 0, right = 0;
    for (const Cell& cell : cells_) {
      left = std::min(left, cell.x - cell.width / 2);
      right = std::max(right, cell.x + cell.width / 2);
    }
    const auto y_of = [&](std::size_t layer) {
      return size_.height / 2 + static_cast<double>(layer) * (size_.height + size_.layer_gap);
    };
    for (std::size_t i = 0; i < nodes; ++i) layout.boxes.push_back({cells_[i].x - left, y_of(cells_[i].layer)});
    for (const auto& chain : chains_) {
      std::vector<LayoutPoint> way;
      for (const std::size_t cell : chain) {
        const double x = cells_[cell].x - left, y = y_of(cells_[cell].layer);
        if (cell != chain.front()) way.push_back({x, y - size_.height / 2});
        if (cell != chain.back()) way.push_back({x, y + size_.height / 2});
      }
      layout.edges.push_back(std::move(way));
    }
    layout.width = right - left;
    layout.height = layers_.empty() ? 0 : y_of(layers_.size() - 1) + size_.height / 2;
    return layout;
  }

 private:
  std::vector<std::size_t>& layer_of(std::size_t index) {
    if (layers_.size() <= index) layers_.resize(index + 1);
    return layers_[index];
  }

  /// Edges go from a smaller to a larger index, so one pass finds the longest way to each node.
  void assign_layers(std::vector<std::pair<std::size_t, std::size_t>> edges) {
    std::sort(edges.begin(), edges.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [from, to] : edges) cells_[to].layer = std::max(cells_[to].layer, cells_[from].layer + 1);
  }

  std::vector<std::size_t> chain_of(const std::pair<std::size_t, std::size_t>& edge) {
    std::vector<std::size_t> chain{edge.first};
    for (std::size_t layer = cells_[edge.first].layer + 1; layer < cells_[edge.second].layer; ++layer) {
      cells_.push_back({layer, kBendWidth, 0, {}, {}});
      link(chain.back(), cells_.size() - 1);
      chain.push_back(cells_.size() - 1);
    }
    link(chain.back(), edge.second);
    chain.push_back(edge.second);
    return chain;
  }

  void link(std::size_t above, std::size_t below) {
    cells_[above].below.push_back(below);
    cells_[below].above.push_back(above);
  }

  double mean_x(const std::vector<std::size_t>& of, double without) const {
    if (of.empty()) return without;
    return std::accumulate(of.begin(), of.end(), 0.0, [&](double sum, std::size_t cell) { return sum + cells_[cell].x; }) /
           static_cast<double>(of.size());
  }

  /// Side by side around x = 0.
  void pack(const std::vector<std::size_t>& layer) {
    double width = -size_.gap;
    for (const std::size_t cell : layer) width += cells_[cell].width + size_.gap;
    double x = -width / 2;
    for (const std::size_t cell : layer) {
      cells_[cell].x = x + cells_[cell].width / 2;
      x += cells_[cell].width + size_.gap;
    }
  }

  void order(std::vector<std::size_t>& layer, bool by_above) {
    std::vector<std::pair<double, std::size_t>> keyed;
    for (const std::size_t cell : layer)
      keyed.emplace_back(mean_x(by_above ? cells_[cell].above : cells_[cell].below, cells_[cell].x), cell);
    std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = keyed[i].second;
    pack(layer);
  }

  /// Moves the cells of a layer towards their neighbours, in their order and without overlap.
  void straighten(const std::vector<std::size_t>& layer) {
    std::vector<double> left, right;
    for (const std::size_t cell : layer) {
      std::vector<std::size_t> both = cells_[cell].above;
      both.insert(both.end(), cells_[cell].below.begin(), cells_[cell].below.end());
      left.push_back(mean_x(both, cells_[cell].x));
    }
    right = left;
    const auto apart = [&](std::size_t i) { return (cells_[layer[i - 1]].width + cells_[layer[i]].width) / 2 + size_.gap; };
    for (std::size_t i = 1; i < layer.size(); ++i) left[i] = std::max(left[i], left[i - 1] + apart(i));
    for (std::size_t i = layer.size(); i-- > 1;) right[i - 1] = std::min(right[i - 1], right[i] - apart(i));
    for (std::size_t i = 0; i < layer.size(); ++i) cells_[layer[i]].x = (left[i] + right[i]) / 2;
  }

  BoxSize size_;
  std::vector<Cell> cells_;  ///< the boxes, then the bends
  std::vector<std::vector<std::size_t>> layers_, chains_;
};

}  // namespace

GraphLayout layout_graph(std::size_t nodes, const std::vector<std::pair<std::size_t, std::size_t>>& edges, const BoxSize& size) {
  std::vector<std::pair<std::size_t, std::size_t>> forward;
  for (const auto& edge : edges)
    if (edge.first < edge.second && edge.second < nodes) forward.push_back(edge);
  Layers layers(nodes, forward, size);
  layers.arrange();
  return layers.result(nodes);
}

}  // namespace flowrun
