#pragma once

#include <string_view>
#include <vector>

namespace flowrun::cnn::dense {

/// Channels that the kernels work on together: widths are multiples of this, filled up with zeros.
inline constexpr int kLane = 16;
constexpr int lanes(int channels) { return (channels + kLane - 1) / kLane; }
constexpr int padded(int channels) { return lanes(channels) * kLane; }

/// Columns that a matrix product works on together (see MatrixRows).
inline constexpr int kPanel = 4 * kLane;

/// Sums over taps of a convolution along a line: out[r][n] = init[r][n] + sum over p, i of inputs[p][r * input_stride + i] *
/// weights[p][i * columns + n]. `init_stride` 0 starts every row with the same values, such as a bias.
struct ConvolveLine {
  const float* const* inputs;
  const float* const* weights;
  int pairs;
  int depth;  ///< i runs from 0 to depth - 1
  int input_stride;
  int rows;
  int columns;  ///< a multiple of kLane
  const float* init;
  int init_stride;
  float* out;  ///< rows x columns
};

/// Products of cells with several taps: out[t * tap_stride + row * kLane + n] = sum over i of cells[row * depth + i] *
/// weights[i * weight_stride + t * kLane + n], for the rows listed.
struct TapProducts {
  const float* cells;
  int depth;
  const unsigned char* rows;
  int row_count;
  const float* weights;
  int weight_stride;
  int taps;
  float* out;
  int tap_stride;
};

/// Rows of a matrix product, with bias and activation: out[r][n] = act(bias[n] + sum over i of a[r * a_stride + i] * b(i, n)).
/// `panels` is b in panels of kPanel columns, each depth x kPanel.
struct MatrixRows {
  const float* a;
  int a_stride;
  int rows;
  int depth;
  const float* panels;
  int columns;  ///< a multiple of kPanel
  const float* bias;
  float slope;
  float* out;
  int out_stride;
};

/// Steps of chains of partial sums that add alike: outs[c][first + i] = parents[c][first + i] + terms[0][i] + terms[1][i] + ...
/// for i below `length`; then the same for further rows, `stride` later in all arrays. A null parent counts as zeros.
struct ChainRows {
  const float* const* terms;
  int term_count;
  const float* const* parents;
  float* const* outs;
  int chains;
  int first;
  int length;
  int rows;
  int stride;
};

/// Activation and pooling along a line: out[r][n] = sum or maximum over the members m of act(members[m][r * row_stride + n]).
struct PoolLine {
  const float* const* members;
  int count;
  int rows;
  int row_stride;
  int columns;  ///< a multiple of kLane
  float slope;
  bool maximum;
  float* out;  ///< rows x columns
};

/// What becomes of completed sums of the second convolution along z: for each listed k, act(sums + bias) pooled over the outputs
/// that a cell takes, then joined to the cell's feature.
struct PoolOutputs {
  const float* sums;  ///< [output][k][kLane]
  int output_stride;
  const int* pool;  ///< cells x window: outputs
  int cells;
  int window;
  const float* bias;
  float slope;
  bool maximum;
  const int* ks;
  float* const* features;  ///< for each listed k: [cells][kLane]
  int count;
};

/// How a sum or a maximum is joined to what is there already.
enum class Join { store, add, maximum };

/// The loops that take the time, for one kind of processor. All give the same sums in the same order for each output, whatever
/// else is computed beside it. Lengths are in floats and multiples of kLane.
struct Kernels {
  std::string_view name;
  void (*convolve_line)(const ConvolveLine&);
  void (*tap_products)(const TapProducts&);
  void (*matrix_rows)(const MatrixRows&);
  void (*pool_outputs)(const PoolOutputs&);
  void (*pool_line)(const PoolLine&);
  void (*chain_rows)(const ChainRows&);
  void (*join)(Join how, const float* from, float* to, int length);
};

/// The fastest that this processor can run.
const Kernels& kernels();
/// All that this processor can run, the fastest first.
std::vector<const Kernels*> available_kernels();

}  // namespace flowrun::cnn::dense
