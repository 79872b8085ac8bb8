#pragma once

#include "common/torch/torch_headers.h"

namespace flowrun::train {

/// at::conv3d with a step of 1 for a network's first layer, whose input needs no gradient: the gradient of the kernels is
/// computed as a convolution itself, of the channels of the input with those of the gradient, over the samples. oneDNN (2.6) has
/// no fast way of its own to this gradient when the input has fewer channels than a vector register has numbers.
at::Tensor first_convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                             const std::vector<std::int64_t>& padding);

/// Whether first_convolution gives what at::conv3d gives, and sooner.
bool suits_first_convolution(const at::Tensor& input, const at::Tensor& weight, const std::vector<std::int64_t>& stride);

}  // namespace flowrun::train
