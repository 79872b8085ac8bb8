#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// The devices that a node's `run.device` asks for: "cpu"; "cuda" (the first) or "cuda:<n>"; "auto": every CUDA device that
/// LibTorch finds, or the CPU where it finds none. Throws Error, saying what there is, when a CUDA device is asked for by name
/// and is not there.
std::vector<c10::Device> choose_devices(std::string_view wanted);

/// The first of them.
c10::Device choose_device(std::string_view wanted);

/// "auto" fell back to the CPU although LibTorch was built with CUDA: a sentence that says so, the first time in the process;
/// else empty. A LibTorch without CUDA is no reason for a word.
std::string fallback_sentence(std::string_view wanted);

}  // namespace flowrun::tensor
