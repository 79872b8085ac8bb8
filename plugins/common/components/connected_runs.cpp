#include "common/components/connected_runs.h"

#include <algorithm>
#include <numeric>

namespace flowrun::components {
namespace {

/// Sets of runs; a set's root is its first run, so that numbering follows the order of voxels.
class Forest {
 public:
  explicit Forest(std::size_t count) : parents_(count) { std::iota(parents_.begin(), parents_.end(), std::int64_t{0}); }

  std::int64_t root(std::int64_t item) {
    while (parent(item) != item) {
      parent(item) = parent(parent(item));
      item = parent(item);
    }
    return item;
  }

  void unite(std::int64_t a, std::int64_t b) {
    a = root(a);
    b = root(b);
    parent(std::max(a, b)) = std::min(a, b);
  }

 private:
  std::int64_t& parent(std::int64_t item) { return parents_[static_cast<std::size_t>(item)]; }
  std::vector<std::int64_t> parents_;
};

void add_runs_of_row(const std::uint8_t* row, std::int64_t length, std::vector<Run>& runs) {
  const std::uint8_t* const end = row + length;
  const auto inside = [](std::uint8_t value) { return value != 0; };
  for (const std::uint8_t* at = std::find_if(row, end, inside); at != end;) {
    const std::uint8_t* const stop = std::find(at, end, 0);
    runs.push_back({at - row, stop - row, 0});
    at = std::find_if(stop, end, inside);
  }
}

ConnectedRuns find_runs(const std::array<std::int64_t, 3>& size, const std::vector<std::uint8_t>& voxels) {
  ConnectedRuns found;
  found.row_begin.reserve(static_cast<std::size_t>(size[1] * size[2] + 1));
  found.row_begin.push_back(0);
  for (std::int64_t row = 0; row < size[1] * size[2]; ++row) {
    add_runs_of_row(voxels.data() + row * size[0], size[0], found.runs);
    found.row_begin.push_back(static_cast<std::int64_t>(found.runs.size()));
  }
  return found;
}

/// Unites the runs of two rows that touch: those with facing voxels, and with reach 1 also those one step aside along x.
void link_rows(const ConnectedRuns& found, std::int64_t row, std::int64_t other, std::int64_t reach, Forest& forest) {
  const auto begin_of = [&](std::int64_t r) { return found.row_begin[static_cast<std::size_t>(r)]; };
  const auto run = [&](std::int64_t i) -> const Run& { return found.runs[static_cast<std::size_t>(i)]; };
  std::int64_t a = begin_of(row);
  std::int64_t b = begin_of(other);
  while (a < begin_of(row + 1) && b < begin_of(other + 1)) {
    if (run(a).begin < run(b).end + reach && run(b).begin < run(a).end + reach) forest.unite(a, b);
    if (run(a).end < run(b).end) ++a;
    else ++b;
  }
}

/// Links each row with its neighbours among the rows before it.
void link_all(const ConnectedRuns& found, const std::array<std::int64_t, 3>& size, Connectivity connectivity, Forest& forest) {
  constexpr std::array<std::array<std::int64_t, 2>, 4> kBefore{{{-1, 0}, {0, -1}, {-1, -1}, {1, -1}}};  // steps along y, z
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (const auto& [dy, dz] : kBefore) {
        const std::int64_t steps = (dy != 0) + (dz != 0);
        const std::int64_t steps_left = static_cast<std::int64_t>(connectivity) - steps;
        if (steps_left < 0 || y + dy < 0 || y + dy >= size[1] || z + dz < 0) continue;
        link_rows(found, y + size[1] * z, y + dy + size[1] * (z + dz), std::min<std::int64_t>(steps_left, 1), forest);
      }
    }
  }
}

void number_components(ConnectedRuns& found, Forest& forest) {
  for (std::size_t i = 0; i < found.runs.size(); ++i) {
    const std::int64_t root = forest.root(static_cast<std::int64_t>(i));
    Run& run = found.runs[i];
    if (root == static_cast<std::int64_t>(i)) {
      run.component = static_cast<std::int64_t>(found.voxels_of.size());
      found.voxels_of.push_back(0);
    } else {
      run.component = found.runs[static_cast<std::size_t>(root)].component;
    }
    found.voxels_of[static_cast<std::size_t>(run.component)] += run.end - run.begin;
  }
}

}  // namespace

ConnectedRuns connected_runs(const Geometry& geometry, const std::vector<std::uint8_t>& voxels, Connectivity connectivity) {
  ConnectedRuns found = find_runs(geometry.size, voxels);
  Forest forest(found.runs.size());
  link_all(found, geometry.size, connectivity, forest);
  number_components(found, forest);
  return found;
}

}  // namespace flowrun::components
