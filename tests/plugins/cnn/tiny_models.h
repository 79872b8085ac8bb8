#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/torch/torch_headers.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Writes a TorchScript module with one method, and the text as its description when there is one.
std::string write_model(const std::string& path, const std::string& forward, const NamedTensors& parameters = {},
                        const std::string& description = "");

/// Gives two scores for each patch: the sum of its values and its first value.
extern const char* const kSumAndFirst;

/// A small convolutional network of 4 channels and patches of 5 x 5 x 5, with weights that are the same each time.
std::string write_small_network(const std::string& path, at::ScalarType type = at::kFloat, const std::string& description = "");

/// Patches of values that are the same each time, between -1 and 1, around voxels 0, 1, 2... of a 100 x 100 x 100 grid.
PatchBatch made_up_patches(std::int64_t count, std::int64_t channels, std::int64_t size);

}  // namespace flowrun::testing
