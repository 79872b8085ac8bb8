// The kernels, written for vectors of FLOWRUN_VECTOR floats (kernels_tile.h). Each source that includes this is compiled for
// another instruction set, so nothing here may have a name outside FLOWRUN_KERNELS, and no inline function of a header may be
// called: the linker would keep one copy of it for all processors.
#include "kernels_tile.h"

namespace flowrun::cnn::dense::FLOWRUN_KERNELS {
namespace {

template <int LaneCount>
struct LineBody : TileBody<LineBody<LaneCount>> {
  const ConvolveLine& task;
  int column;
  LineBody(const ConvolveLine& t, int c) : task(t), column(c) {}

  template <int Rows>
  void run(int first) const {
    constexpr int columns = LaneCount * kPerLane;
    Tile<Rows, columns> tile;
    tile.start(task.init + first * task.init_stride + column, task.init_stride);
    for (int p = 0; p < task.pairs; ++p) {
      const float* inputs[Rows];
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) inputs[r] = task.inputs[p] + (first + r) * task.input_stride;
      tile.add_products(inputs, task.depth, task.weights[p] + column, task.columns);
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
      for (int c = 0; c < columns; ++c) store(task.out + (first + r) * task.columns + column + c * kWidth, tile.sums[r][c]);
    }
  }
};

template <int LaneCount>
struct ProductBody : TileBody<ProductBody<LaneCount>> {
  const TapProducts& task;
  int tap;
  ProductBody(const TapProducts& t, int first_tap) : task(t), tap(first_tap) {}

  template <int Rows>
  void run(int first) const {
    constexpr int columns = LaneCount * kPerLane;
    const float* inputs[Rows];
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) inputs[r] = task.cells + task.rows[first + r] * task.depth;
    Tile<Rows, columns> tile;
    tile.clear();
    tile.add_products(inputs, task.depth, task.weights + tap * kLane, task.weight_stride);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      float* out = task.out + tap * task.tap_stride + task.rows[first + r] * kLane;
#pragma GCC unroll 16
      for (int c = 0; c < columns; ++c) store(out + (c / kPerLane) * task.tap_stride + (c % kPerLane) * kWidth, tile.sums[r][c]);
    }
  }
};

template <int LaneCount>
struct MatrixBody : TileBody<MatrixBody<LaneCount>> {
  const MatrixRows& task;
  int column;
  MatrixBody(const MatrixRows& t, int c) : task(t), column(c) {}

  template <int Rows>
  void run(int first) const {
    constexpr int columns = LaneCount * kPerLane;
    const float* inputs[Rows];
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) inputs[r] = task.a + static_cast<long>(first + r) * task.a_stride;
    Tile<Rows, columns> tile;
    tile.start(task.bias + column, 0);
    const int panel = column / kPanel;
    tile.add_products(inputs, task.depth, task.panels + static_cast<long>(panel) * task.depth * kPanel + column % kPanel, kPanel);
    const Vector slope = all(task.slope);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
      for (int c = 0; c < columns; ++c)
        store(task.out + static_cast<long>(first + r) * task.out_stride + column + c * kWidth, activated(tile.sums[r][c], slope));
    }
  }
};

constexpr int least(int a, int b) { return a < b ? a : b; }

void convolve_line(const ConvolveLine& task) {
  in_columns<least(widest_tile(), 2), LineBody>(task, 0, task.columns / kLane, kLane, task.rows);
}

void tap_products(const TapProducts& task) {
  in_columns<widest_tile(), ProductBody>(task, 0, task.taps, 1, task.row_count);
}

void matrix_rows(const MatrixRows& task) {
  constexpr int lane_count = least(widest_tile(), 4) == 3 ? 2 : least(widest_tile(), 4);  // a panel has four lanes
  for (int column = 0; column < task.columns; column += lane_count * kLane)
    in_tiles<rows_that_fit(lane_count)>(task.rows, MatrixBody<lane_count>(task, column));
}

// Pointers are copied to locals first: to the compiler a store of a vector could change them.
template <int Terms, int Chains>
inline void chain_row(const ChainRows& task, int row, int first_chain) {
  const float* terms[Terms];
  const float* parents[Chains];
  float* outs[Chains];
#pragma GCC unroll 8
  for (int t = 0; t < Terms; ++t) terms[t] = task.terms[t] + row;
#pragma GCC unroll 4
  for (int c = 0; c < Chains; ++c) {
    parents[c] = task.parents[first_chain + c];
    if (parents[c]) parents[c] += task.first + row;
    outs[c] = task.outs[first_chain + c] + task.first + row;
  }
  const int length = task.length;
  for (int i = 0; i < length; i += kWidth) {
    Vector sum = load(terms[0] + i);
#pragma GCC unroll 8
    for (int t = 1; t < Terms; ++t) sum += load(terms[t] + i);
#pragma GCC unroll 4
    for (int c = 0; c < Chains; ++c) store(outs[c] + i, parents[c] ? load(parents[c] + i) + sum : sum);
  }
}

// For kernels of more than five taps.
inline void chain_row_of_many(const ChainRows& task, int row) {
  for (int i = 0; i < task.length; i += kWidth) {
    Vector sum = load(task.terms[0] + row + i);
    for (int t = 1; t < task.term_count; ++t) sum += load(task.terms[t] + row + i);
    for (int c = 0; c < task.chains; ++c) {
      const int at = task.first + row + i;
      store(task.outs[c] + at, task.parents[c] ? load(task.parents[c] + at) + sum : sum);
    }
  }
}

template <int Terms>
inline void chain_rows_of(const ChainRows& task) {
  for (int row = 0; row < task.rows; ++row) {
    int done = 0;
    for (; task.chains - done >= 4; done += 4) chain_row<Terms, 4>(task, row * task.stride, done);
    switch (task.chains - done) {
      case 3: chain_row<Terms, 3>(task, row * task.stride, done); break;
      case 2: chain_row<Terms, 2>(task, row * task.stride, done); break;
      case 1: chain_row<Terms, 1>(task, row * task.stride, done); break;
      default: break;
    }
  }
}

void chain_rows(const ChainRows& task) {
  switch (task.term_count) {
    case 1: return chain_rows_of<1>(task);
    case 2: return chain_rows_of<2>(task);
    case 3: return chain_rows_of<3>(task);
    case 4: return chain_rows_of<4>(task);
    case 5: return chain_rows_of<5>(task);
    default: break;
  }
  for (int row = 0; row < task.rows; ++row) chain_row_of_many(task, row * task.stride);
}

void pool_line(const PoolLine& task) {
  const Vector slope = all(task.slope);
  const int count = task.count, columns = task.columns;
  const bool maximum = task.maximum;
  const float* const* members = task.members;
  for (int r = 0; r < task.rows; ++r) {
    const int row = r * task.row_stride;
    float* out = task.out + r * columns;
    for (int i = 0; i < columns; i += kWidth) {
      Vector pooled = activated(load(members[0] + row + i), slope);
      for (int m = 1; m < count; ++m) {
        const Vector v = activated(load(members[m] + row + i), slope);
        pooled = maximum ? larger(pooled, v) : pooled + v;
      }
      store(out + i, pooled);
    }
  }
}

void join(Join how, const float* from, float* to, int length) {
  if (how == Join::store) {
    for (int i = 0; i < length; i += kWidth) store(to + i, load(from + i));
  } else if (how == Join::add) {
    for (int i = 0; i < length; i += kWidth) store(to + i, load(to + i) + load(from + i));
  } else {
    for (int i = 0; i < length; i += kWidth) store(to + i, larger(load(to + i), load(from + i)));
  }
}

template <bool Maximum>
inline void pool_outputs_as(const PoolOutputs& task) {
  const Vector slope = all(task.slope);
  const int cells = task.cells, window = task.window, stride = task.output_stride;
  for (int lane = 0; lane < kLane; lane += kWidth) {
    const Vector bias = load(task.bias + lane);
    for (int n = 0; n < task.count; ++n) {
      const float* sums = task.sums + task.ks[n] * kLane + lane;
      float* feature = task.features[n] + lane;
      const int* pool = task.pool;
      for (int cell = 0; cell < cells; ++cell, feature += kLane, pool += window) {
        Vector pooled = activated(load(sums + pool[0] * stride) + bias, slope);
        for (int w = 1; w < window; ++w) {
          const Vector v = activated(load(sums + pool[w] * stride) + bias, slope);
          pooled = Maximum ? larger(pooled, v) : pooled + v;
        }
        store(feature, Maximum ? larger(load(feature), pooled) : load(feature) + pooled);
      }
    }
  }
}

void pool_outputs(const PoolOutputs& task) { task.maximum ? pool_outputs_as<true>(task) : pool_outputs_as<false>(task); }

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels{FLOWRUN_KERNELS_NAME, convolve_line, tap_products, matrix_rows, pool_outputs, pool_line, chain_rows, join};

}  // namespace flowrun::cnn::dense::FLOWRUN_KERNELS
