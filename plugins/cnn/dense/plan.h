#pragma once

#include <array>
#include <vector>

#include "patch_network.h"

namespace flowrun::cnn::dense {

// What the patches around neighbouring voxels have in common, from sizes alone; docs/shared-computation.md has pictures.
// Words: a position is a place along an axis of the first convolution's output inside the patch; a cell is an output of the first
// pooling; an output is an output of the second convolution that the second pooling uses.

/// Taps first .. last of a kernel, those that meet voxels inside the patch.
struct TapRange {
  int first = 0;
  int last = 0;
  int count() const { return last - first + 1; }
  bool contains(int tap) const { return tap >= first && tap <= last; }
  bool operator==(const TapRange&) const = default;
};

/// Cells that are the same function of the image but for their place: the positions they pool see the same taps.
struct CellKind {
  std::vector<int> members;  ///< for each position of the pooling's window, an index into AxisPlan::tap_ranges
  int first_cell = 0;        ///< the cells of a patch that are of this kind are first_cell .. last_cell
  int last_cell = 0;
  TapRange taps;  ///< of the second kernel: those that some output uses with a cell of this kind
};

/// One step of a chain of partial sums: the sum of the parent one cell earlier, plus the product of a kind of cell with a tap.
/// Outputs whose sums begin alike share the steps they have in common.
struct ChainStep {
  struct Output {
    int output;  ///< of the second convolution
    int cell;    ///< the cell of the patch at which the output is complete
  };
  int parent = -1;             ///< index of an earlier step; -1: begins with the product
  int kind = 0;                ///< of the cell
  int tap = 0;                 ///< of the second kernel
  std::vector<int> cells;      ///< the cells of a patch for which some output needs this step
  std::vector<Output> outputs; ///< that this step completes
  bool continued = false;      ///< it is some step's parent
};

/// Steps that need the same product. Done in the order given, each step finds its parent's value of the cell before.
struct ProductUse {
  int kind = 0;
  int tap = 0;
  std::vector<int> steps;
  std::vector<int> cells;  ///< union of the steps' cells
};

/// One term of an output: the product of a cell with a tap.
struct Term {
  int cell = 0;
  int kind = 0;
  int tap = 0;
};

/// The largest stride and window of the first pooling that are planned for.
inline constexpr int kMaxStride = 4;
inline constexpr int kMaxWindow = 4;

/// The plan along one axis.
struct AxisPlan {
  int patch = 0;
  int cell_stride = 0;  ///< voxels from one cell to the next
  int cells = 0;        ///< used by some output
  std::vector<TapRange> tap_ranges;  ///< of the first kernel, the distinct ones
  std::vector<CellKind> kinds;
  std::vector<std::vector<Term>> outputs;      ///< terms of each output, by rising cell
  std::vector<ChainStep> steps;                ///< a step comes after its parent
  std::vector<ProductUse> uses;                ///< by falling tap
  std::vector<std::vector<int>> pools;         ///< for each cell of the second pooling, the outputs that it pools

  int halo_before() const { return patch / 2; }  ///< voxels of the patch before its centre
  int last_position() const;                     ///< the last position that a cell of `cells` pools
};

/// Throws std::invalid_argument when strides, windows or sizes are beyond what is planned for.
void check_limits(const PatchNetwork& network);

/// Sizes along one axis. Throws std::invalid_argument when nothing is left after a layer.
AxisPlan plan_axis(const PatchNetwork& network, int axis);

/// A pair of tap ranges along x and y, and how its sums over taps come from those of another pair.
struct LineKind {
  int x = 0;
  int y = 0;
  int parent = -1;  ///< index of an earlier line kind whose taps are among these; -1: none
  std::vector<std::array<int, 2>> taps;  ///< x and y of the taps that the parent lacks
};

struct Plan {
  std::array<AxisPlan, 3> axes;
  std::vector<LineKind> lines;  ///< every pair of tap ranges; parents first
};

Plan make_plan(const PatchNetwork& network);

}  // namespace flowrun::cnn::dense
