#include "plan.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace flowrun::cnn::dense {
namespace {

template <class T>
int index_in(std::vector<T>& list, const T& value) {
  const auto found = std::find(list.begin(), list.end(), value);
  if (found != list.end()) return static_cast<int>(found - list.begin());
  list.push_back(value);
  return static_cast<int>(list.size()) - 1;
}

void add_once(std::vector<int>& list, int value) { index_in(list, value); }

int pooled(int size, int window, int stride) { return size < window ? 0 : (size - window) / stride + 1; }

// The taps of a kernel that meet inputs 0 .. size - 1 for the output at `place`.
TapRange taps_inside(int place, int kernel, int padding, int size) {
  return {std::max(0, padding - place), std::min(kernel - 1, size - 1 + padding - place)};
}

struct AxisSizes {
  int kernel1, padding1, window1, stride1, kernel2, padding2, window2, stride2;
};

AxisSizes sizes_along(const PatchNetwork& network, int axis) {
  const auto along = [axis](const Extent& extent) { return extent[static_cast<std::size_t>(axis)]; };
  const auto& [first, second] = network.convolutions;
  const auto& [pool1, pool2] = network.poolings;
  return {along(first.kernel),  along(first.padding),  along(pool1.window), along(pool1.stride),
          along(second.kernel), along(second.padding), along(pool2.window), along(pool2.stride)};
}

// Which outputs of the second convolution each cell of the second pooling takes; outputs that none takes do not count.
std::vector<std::vector<int>> second_pools(int outputs, const AxisSizes& sizes) {
  std::vector<std::vector<int>> pools(static_cast<std::size_t>(pooled(outputs, sizes.window2, sizes.stride2)));
  for (std::size_t cell = 0; cell < pools.size(); ++cell) {
    for (int i = 0; i < sizes.window2; ++i) pools[cell].push_back(static_cast<int>(cell) * sizes.stride2 + i);
  }
  return pools;
}

void add_kinds(AxisPlan& plan, int cells, const AxisSizes& sizes, std::vector<int>& kind_of_cell) {
  for (int cell = 0; cell < cells; ++cell) {
    CellKind kind;
    for (int i = 0; i < sizes.window1; ++i)
      kind.members.push_back(
          index_in(plan.tap_ranges, taps_inside(cell * sizes.stride1 + i, sizes.kernel1, sizes.padding1, plan.patch)));
    if (plan.kinds.empty() || plan.kinds.back().members != kind.members) {
      kind.first_cell = cell;
      kind.taps = {sizes.kernel2, -1};
      plan.kinds.push_back(kind);
    }
    plan.kinds.back().last_cell = cell;
    kind_of_cell.push_back(static_cast<int>(plan.kinds.size()) - 1);
  }
}

void add_outputs(AxisPlan& plan, int count, const AxisSizes& sizes, const std::vector<int>& kind_of_cell) {
  plan.outputs.resize(static_cast<std::size_t>(count));
  for (int output = 0; output < count; ++output) {
    const TapRange taps = taps_inside(output, sizes.kernel2, sizes.padding2, static_cast<int>(kind_of_cell.size()));
    for (int tap = taps.first; tap <= taps.last; ++tap) {
      const int cell = output + tap - sizes.padding2;
      const int kind = kind_of_cell[static_cast<std::size_t>(cell)];
      plan.outputs[static_cast<std::size_t>(output)].push_back({cell, kind, tap});
      TapRange& used = plan.kinds[static_cast<std::size_t>(kind)].taps;
      used = {std::min(used.first, tap), std::max(used.last, tap)};
    }
  }
}

int step_after(AxisPlan& plan, int parent, const Term& term) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const ChainStep& step = plan.steps[i];
    if (step.parent == parent && step.kind == term.kind && step.tap == term.tap) return static_cast<int>(i);
  }
  plan.steps.push_back({.parent = parent, .kind = term.kind, .tap = term.tap, .cells = {}, .outputs = {}});
  if (parent >= 0) plan.steps[static_cast<std::size_t>(parent)].continued = true;
  return static_cast<int>(plan.steps.size()) - 1;
}

void add_chains(AxisPlan& plan) {
  for (std::size_t output = 0; output < plan.outputs.size(); ++output) {
    int step = -1;
    for (const Term& term : plan.outputs[output]) {
      step = step_after(plan, step, term);
      add_once(plan.steps[static_cast<std::size_t>(step)].cells, term.cell);
    }
    plan.steps[static_cast<std::size_t>(step)].outputs.push_back(
        {static_cast<int>(output), plan.outputs[output].back().cell});
  }
}

// A step's parent has the tap before, so products by falling tap leave each parent as it was at the cell before. Within a product
// no step is another's parent.
void add_uses(AxisPlan& plan) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const ChainStep& step = plan.steps[i];
    auto use = std::find_if(plan.uses.begin(), plan.uses.end(),
                            [&](const ProductUse& u) { return u.kind == step.kind && u.tap == step.tap; });
    if (use == plan.uses.end()) use = plan.uses.insert(use, {.kind = step.kind, .tap = step.tap, .steps = {}, .cells = {}});
    use->steps.push_back(static_cast<int>(i));
    for (const int cell : step.cells) add_once(use->cells, cell);
  }
  std::stable_sort(plan.uses.begin(), plan.uses.end(), [](const auto& a, const auto& b) { return a.tap > b.tap; });
}

bool within(const TapRange& inner, const TapRange& outer) { return inner.first >= outer.first && inner.last <= outer.last; }

std::vector<std::array<int, 2>> taps_beyond(const TapRange& x, const TapRange& y, const TapRange* px, const TapRange* py) {
  std::vector<std::array<int, 2>> taps;
  for (int tx = x.first; tx <= x.last; ++tx) {
    for (int ty = y.first; ty <= y.last; ++ty) {
      if (!px || !px->contains(tx) || !py->contains(ty)) taps.push_back({tx, ty});
    }
  }
  return taps;
}

// From small ranges to large ones, each from the one before it that leaves the fewest taps to add.
std::vector<LineKind> line_kinds(const AxisPlan& x, const AxisPlan& y) {
  std::vector<LineKind> lines;
  for (std::size_t i = 0; i < x.tap_ranges.size(); ++i) {
    for (std::size_t j = 0; j < y.tap_ranges.size(); ++j) lines.push_back({static_cast<int>(i), static_cast<int>(j), -1, {}});
  }
  const auto range_x = [&](const LineKind& line) -> const TapRange& { return x.tap_ranges[static_cast<std::size_t>(line.x)]; };
  const auto range_y = [&](const LineKind& line) -> const TapRange& { return y.tap_ranges[static_cast<std::size_t>(line.y)]; };
  const auto taps = [&](const LineKind& line) { return range_x(line).count() * range_y(line).count(); };
  std::stable_sort(lines.begin(), lines.end(), [&](const auto& a, const auto& b) { return taps(a) < taps(b); });
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].taps = taps_beyond(range_x(lines[i]), range_y(lines[i]), nullptr, nullptr);
    for (std::size_t j = 0; j < i; ++j) {
      if (!within(range_x(lines[j]), range_x(lines[i])) || !within(range_y(lines[j]), range_y(lines[i]))) continue;
      auto left = taps_beyond(range_x(lines[i]), range_y(lines[i]), &range_x(lines[j]), &range_y(lines[j]));
      if (left.size() >= lines[i].taps.size()) continue;
      lines[i].parent = static_cast<int>(j);
      lines[i].taps = std::move(left);
    }
  }
  return lines;
}

}  // namespace

int AxisPlan::last_position() const { return (cells - 1) * cell_stride + static_cast<int>(kinds.front().members.size()) - 1; }

void check_limits(const PatchNetwork& network) {
  constexpr int kMaxPatch = 63;  // the first layer's positions along z are the bits of a word, beside those of some centres
  for (int axis = 0; axis < 3; ++axis) {
    const AxisSizes sizes = sizes_along(network, axis);
    const std::string along = std::string(" along axis ") + "xyz"[axis];
    if (network.patch[static_cast<std::size_t>(axis)] > kMaxPatch)
      throw std::invalid_argument("its patch has more than " + std::to_string(kMaxPatch) + " voxels" + along);
    if (sizes.stride1 > kMaxStride || sizes.window1 > kMaxWindow)
      throw std::invalid_argument("its first pooling has a window or a stride of more than " + std::to_string(kMaxWindow) + along);
    if (sizes.kernel1 > kMaxPatch || sizes.kernel2 > kMaxPatch)
      throw std::invalid_argument("a kernel is larger than any patch" + along);
  }
}

AxisPlan plan_axis(const PatchNetwork& network, int axis) {
  const AxisSizes sizes = sizes_along(network, axis);
  AxisPlan plan;
  plan.patch = network.patch[static_cast<std::size_t>(axis)];
  plan.cell_stride = sizes.stride1;
  plan.cells = pooled(plan.patch + 2 * sizes.padding1 - sizes.kernel1 + 1, sizes.window1, sizes.stride1);
  plan.pools = second_pools(plan.cells + 2 * sizes.padding2 - sizes.kernel2 + 1, sizes);
  if (plan.cells < 1 || plan.pools.empty())
    throw std::invalid_argument("along axis " + std::string(1, "xyz"[axis]) + " its layers leave nothing of a patch of " +
                                std::to_string(plan.patch) + " voxels");
  std::vector<int> kind_of_cell;
  add_kinds(plan, plan.cells, sizes, kind_of_cell);
  add_outputs(plan, plan.pools.back().back() + 1, sizes, kind_of_cell);
  add_chains(plan);
  add_uses(plan);
  return plan;
}

Plan make_plan(const PatchNetwork& network) {
  Plan plan{{plan_axis(network, 0), plan_axis(network, 1), plan_axis(network, 2)}, {}};
  plan.lines = line_kinds(plan.axes[0], plan.axes[1]);
  return plan;
}

}  // namespace flowrun::cnn::dense
