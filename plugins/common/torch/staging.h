#pragma once

#include "common/torch/torch_headers.h"

namespace flowrun::tensor {

/// Host memory that a GPU copies from and to while the host continues (pinned, from LibTorch's pool of such memory); plain memory
/// where there is none to be had or the device is the CPU.
at::Tensor staging(at::IntArrayRef shape, at::ScalarType type, c10::Device device);

/// A tensor of the host on a device, on the current stream. Nothing waits for the device; on the CPU it is the tensor itself.
at::Tensor sent(const at::Tensor& tensor, c10::Device device);

}  // namespace flowrun::tensor
