#include "common/torch/device.h"

#include <charconv>
#include <string>

#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

int cuda_index(std::string_view wanted) {
  if (wanted == "cuda") return 0;
  const std::string_view digits = wanted.substr(std::string_view("cuda:").size());
  int index = -1;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (fault != std::errc() || end != digits.data() + digits.size() || index < 0)
    throw Error("device '" + std::string(wanted) + "' does not name a CUDA device; write cuda or cuda:<number>");
  return index;
}

c10::Device cuda_device(std::string_view wanted) {
  const int index = cuda_index(wanted);
  const auto present = static_cast<int>(torch::cuda::device_count());
  if (present == 0)
    throw Error("device '" + std::string(wanted) + "' was asked for, but LibTorch finds no CUDA device here (it was built " +
                "without CUDA, or there is no such device or driver); set the device to cpu or auto");
  if (index >= present)
    throw Error("device '" + std::string(wanted) + "' was asked for, but LibTorch finds only " + std::to_string(present) +
                " CUDA device(s), numbered from 0");
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace

c10::Device choose_device(std::string_view wanted) {
  if (wanted == "cpu") return c10::Device(c10::kCPU);
  if (wanted == "auto") return torch::cuda::device_count() > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
  if (wanted == "cuda" || wanted.starts_with("cuda:")) return cuda_device(wanted);
  throw Error("device '" + std::string(wanted) + "' is unknown; choose auto, cpu, cuda or cuda:<number>");
}

}  // namespace flowrun::tensor
