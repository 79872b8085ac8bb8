#pragma once

#include <cstdint>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::components {

/// Voxels [begin, end) along x of one row of a mask, none of them 0, and the component that they belong to.
struct Run {
  std::int64_t begin = 0;  ///< x of the first voxel
  std::int64_t end = 0;    ///< x after the last voxel
  std::int64_t component = 0;
};

/// The runs of a mask row by row, and the sizes of the components that they form.
struct ConnectedRuns {
  std::vector<Run> runs;
  std::vector<std::int64_t> row_begin;  ///< row y + size_y * z owns runs [row_begin[row], row_begin[row + 1])
  std::vector<std::int64_t> voxels_of;  ///< voxels of each component, components numbered by their first voxel
};

/// Two voxels touch when they share a face, a face or an edge, or a face, an edge or a corner.
enum class Connectivity { face = 1, edge = 2, corner = 3 };

/// Connected components over runs instead of voxels (the run-based two-pass labelling of He et al., "A run-based two-scan
/// labeling algorithm", IEEE TIP 2008, with a union-find forest, in 3D). Time grows with the voxels of the mask, memory with its
/// runs.
ConnectedRuns connected_runs(const Geometry& geometry, const std::vector<std::uint8_t>& voxels, Connectivity connectivity);
inline ConnectedRuns connected_runs(const Mask& mask, Connectivity connectivity) {
  return connected_runs(mask.geometry, mask.voxels, connectivity);
}

/// A label for each voxel: `label_of` of its component, 0 outside. `label_of` has one entry for each component.
template <class T>
std::vector<T> paint(const ConnectedRuns& found, const Geometry& geometry, const std::vector<T>& label_of) {
  std::vector<T> labels(static_cast<std::size_t>(geometry.voxel_count()), T{0});
  for (std::size_t row = 0; row + 1 < found.row_begin.size(); ++row) {
    const std::int64_t start = static_cast<std::int64_t>(row) * geometry.size[0];
    for (std::int64_t i = found.row_begin[row]; i < found.row_begin[row + 1]; ++i) {
      const Run& run = found.runs[static_cast<std::size_t>(i)];
      for (std::int64_t x = run.begin; x < run.end; ++x)
        labels[static_cast<std::size_t>(start + x)] = label_of[static_cast<std::size_t>(run.component)];
    }
  }
  return labels;
}

}  // namespace flowrun::components
