#pragma once

#include <string_view>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// The device that a node's `run.device` asks for: "cpu"; "cuda" or "cuda:<n>"; "auto", which is the first CUDA device where
/// LibTorch has one and else the CPU. Throws Error when a CUDA device is asked for by name and is not there.
c10::Device choose_device(std::string_view wanted);

}  // namespace flowrun::tensor
