// Vectors of FLOWRUN_VECTOR floats, and products of small matrices of them that stay in registers. For kernels_body.h.
#pragma once

#include "kernels.h"

namespace flowrun::cnn::dense::FLOWRUN_KERNELS {
namespace {

constexpr int kWidth = FLOWRUN_VECTOR;
constexpr int kPerLane = kLane / kWidth;
typedef float Vector __attribute__((vector_size(kWidth * sizeof(float))));
typedef float Loose __attribute__((vector_size(kWidth * sizeof(float)), aligned(4), may_alias));

inline Vector load(const float* at) { return *reinterpret_cast<const Loose*>(at); }
inline void store(float* at, Vector v) { *reinterpret_cast<Loose*>(at) = v; }
inline Vector all(float value) { return Vector{} + value; }
inline Vector activated(Vector v, Vector slope) {
  const Vector below = v * slope;
  return v > below ? v : below;
}
// NaN when one of them is, as LibTorch pools.
inline Vector larger(Vector a, Vector b) { return ((a > b) | (a != a)) ? a : b; }

// How many rows fit the registers together with `lane_count` lanes of columns, beside the row of weights and one input.
constexpr int rows_that_fit(int lane_count) {
  const int vectors = lane_count * kPerLane;
  const int rows = (FLOWRUN_REGISTERS - 2 - vectors) / vectors;
  return rows > 12 ? 12 : rows < 1 ? 1 : rows;
}
constexpr int widest_tile() {  // lanes of columns that leave room for enough rows to hide the time of a multiply-add
  int lane_count = 5;
  while (lane_count > 1 && rows_that_fit(lane_count) * lane_count * kPerLane < 12) --lane_count;
  while (lane_count > 1 && rows_that_fit(lane_count) < 3) --lane_count;
  return lane_count;
}

template <int Rows, int Columns>
struct Tile {
  Vector sums[Rows][Columns];

  inline __attribute__((always_inline)) void start(const float* from, int stride) {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
      for (int c = 0; c < Columns; ++c) sums[r][c] = load(from + r * stride + c * kWidth);
    }
  }
  inline __attribute__((always_inline)) void clear() {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
      for (int c = 0; c < Columns; ++c) sums[r][c] = Vector{};
    }
  }
  inline __attribute__((always_inline)) void add_products(const float* const (&inputs)[Rows], int depth, const float* weights,
                                                         int weight_stride) {
    for (int i = 0; i < depth; ++i) {
      Vector row[Columns];
#pragma GCC unroll 16
      for (int c = 0; c < Columns; ++c) row[c] = load(weights + c * kWidth);
      weights += weight_stride;
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) {
        const Vector input = all(inputs[r][i]);
#pragma GCC unroll 16
        for (int c = 0; c < Columns; ++c) sums[r][c] += input * row[c];
      }
    }
  }
};

// Calls body.run<rows>(first) until all rows are done, in as few and as even tiles as fit.
template <int Most, class Body>
inline void in_tiles(int rows, const Body& body) {
  for (int first = 0; first < rows;) {
    const int left = rows - first;
    const int tiles = (left + Most - 1) / Most;
    const int now = (left + tiles - 1) / tiles;
    body.template dispatch<Most>(now, first);
    first += now;
  }
}

template <class Derived>
struct TileBody {
  template <int Rows>
  void dispatch(int rows, int first) const {
    if (rows == Rows) return static_cast<const Derived*>(this)->template run<Rows>(first);
    if constexpr (Rows > 1) dispatch<Rows - 1>(rows, first);
  }
};

// Calls make(LaneCount, first column lane) until all lanes are done, the widest tiles first.
template <int LaneCount, template <int> class Body, class Task>
inline void in_columns(const Task& task, int first_lane, int lane_count, int lane_size, int rows) {
  while (lane_count >= LaneCount) {
    in_tiles<rows_that_fit(LaneCount)>(rows, Body<LaneCount>(task, first_lane * lane_size));
    first_lane += LaneCount;
    lane_count -= LaneCount;
  }
  if constexpr (LaneCount > 1) {
    if (lane_count > 0) in_columns<LaneCount - 1, Body>(task, first_lane, lane_count, lane_size, rows);
  }
}

}  // namespace
}  // namespace flowrun::cnn::dense::FLOWRUN_KERNELS
