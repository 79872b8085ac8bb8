#pragma once

#include <cstdint>
#include <string>

#include "common/torch/model.h"

namespace flowrun::cnn {

/// The number of patches that the network takes, when it takes that alone; found by trying the sizes in its code, with zeros in
/// the shape of `input`. 0: no other number does better than `input`. The calling thread has an InferenceScope.
std::int64_t fixed_batch_of(const tensor::Model& model, const at::Tensor& input);

/// The network's output for any number of patches, `batch` at a time; zeros fill up the last batch, and their scores are dropped.
at::Tensor in_fixed_batches(const tensor::Model& model, const at::Tensor& input, std::int64_t batch);

/// A sentence that says why the network cannot take `input`: traced for another device, other channels, another size of patches
/// (found by trying), else what LibTorch says (`reason`). `patches` describes them in words.
std::string why_it_fails(const tensor::Model& model, const at::Tensor& input, const std::string& patches, const std::string& reason);

}  // namespace flowrun::cnn
