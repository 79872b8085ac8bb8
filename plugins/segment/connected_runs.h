#pragma once

#include <cstdint>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::segment {

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
ConnectedRuns connected_runs(const Mask& mask, Connectivity connectivity);

}  // namespace flowrun::segment
