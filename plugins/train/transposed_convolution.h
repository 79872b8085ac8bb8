#pragma once

#include "common/torch/torch_headers.h"

namespace flowrun::train {

/// at::conv_transpose3d and its gradients by the convolution that it is the transpose of: its result is that one's gradient of the
/// input, its gradient of the input is that one's result. LibTorch has no oneDNN for transposed convolutions in training and
/// unfolds each into a matrix, which for large kernels takes several times as long and gigabytes. `weight` has the channels of the
/// input first; `bias` may be undefined.
at::Tensor transposed_convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                                  const std::vector<std::int64_t>& stride, const std::vector<std::int64_t>& padding);

}  // namespace flowrun::train
