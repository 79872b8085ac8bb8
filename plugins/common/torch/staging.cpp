#include "common/torch/staging.h"

namespace flowrun::tensor {

at::Tensor staging(at::IntArrayRef shape, at::ScalarType type, c10::Device device) {
  const auto options = at::TensorOptions().dtype(type);
  if (device.is_cuda()) {
    try {
      return at::empty(shape, options.pinned_memory(true));
    } catch (const c10::Error&) {  // the system allows no more of it
    }
  }
  return at::empty(shape, options);
}

// LibTorch waits for the device after a copy from memory that is not pinned.
at::Tensor sent(const at::Tensor& tensor, c10::Device device) {
  if (!device.is_cuda()) return tensor.to(device);
  const at::Tensor source = tensor.is_pinned() ? tensor : staging(tensor.sizes(), tensor.scalar_type(), device).copy_(tensor);
  return source.to(device, /*non_blocking=*/true);
}

}  // namespace flowrun::tensor
