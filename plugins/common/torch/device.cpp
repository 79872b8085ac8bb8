#include "common/torch/device.h"

#include <atomic>
#include <charconv>

#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

int devices_present() { return static_cast<int>(torch::cuda::device_count()); }

int cuda_index(std::string_view wanted) {
  if (wanted == "cuda") return 0;
  const std::string_view digits = wanted.substr(std::string_view("cuda:").size());
  int index = -1;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (fault != std::errc() || end != digits.data() + digits.size() || index < 0)
    throw Error("device '" + std::string(wanted) + "' does not name a CUDA device; write cuda or cuda:<number>");
  return index;
}

std::string why_none() {
  return at::Context::hasCUDART() ? "LibTorch finds no CUDA device here (there is none, or no driver for it)"
                                  : "LibTorch finds no CUDA device here: it was built without CUDA";
}

c10::Device cuda_device(std::string_view wanted) {
  const int index = cuda_index(wanted), present = devices_present();
  const std::string asked = "device '" + std::string(wanted) + "' was asked for, but ";
  if (present == 0) throw Error(asked + why_none() + "; set the device to cpu or auto");
  if (index >= present)
    throw Error(asked + "LibTorch finds only " +
                (present == 1 ? "one CUDA device, cuda:0"
                              : std::to_string(present) + " CUDA devices, cuda:0 to cuda:" + std::to_string(present - 1)));
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace

std::vector<c10::Device> choose_devices(std::string_view wanted) {
  if (wanted == "cuda" || wanted.starts_with("cuda:")) return {cuda_device(wanted)};
  if (wanted != "cpu" && wanted != "auto")
    throw Error("device '" + std::string(wanted) + "' is unknown; choose auto, cpu, cuda or cuda:<number>");
  std::vector<c10::Device> devices;
  for (int i = 0; wanted == "auto" && i < devices_present(); ++i)
    devices.emplace_back(c10::kCUDA, static_cast<c10::DeviceIndex>(i));
  if (devices.empty()) devices.emplace_back(c10::kCPU);
  return devices;
}

c10::Device choose_device(std::string_view wanted) { return choose_devices(wanted).front(); }

std::string fallback_sentence(std::string_view wanted) {
  static std::atomic<bool> said{false};
  if (wanted != "auto" || !at::Context::hasCUDART() || devices_present() > 0 || said.exchange(true)) return "";
  return "device auto: " + why_none() + ", so networks run on the CPU";
}

}  // namespace flowrun::tensor
