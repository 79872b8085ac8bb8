// The matrix throughput that a device reaches with LibTorch, in TFLOP/s, for each number format: what the networks are measured
// against.
//   gpu_matmul DEVICE SIZE
//   gpu_matmul --version      of LibTorch; shows that the program starts
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include <torch/version.h>

#include "common/torch/device.h"
#include "common/torch/precision.h"
#include "common/torch/streams.h"

namespace {

using flowrun::tensor::Precision;
using flowrun::tensor::Streams;

double measured(c10::Device device, std::int64_t size, Precision precision) {
  flowrun::tensor::Arithmetic arithmetic;
  arithmetic.precision = precision;
  const auto claim = flowrun::tensor::claim_cuda(arithmetic);
  Streams streams(device, 1);
  const auto guard = streams.on_lane(0);
  const auto options = at::TensorOptions().device(device).dtype(flowrun::tensor::type_of(precision));
  const at::Tensor a = at::rand({size, size}, options), b = at::rand({size, size}, options);
  double best = 0;
  for (int round = 0; round < 5; ++round) {  // the first ones warm up
    constexpr int kProducts = 10;
    streams.begin(0);
    for (int i = 0; i < kProducts; ++i) at::mm(a, b);
    streams.end(0);
    streams.wait(0);
    const auto [begin, end] = streams.times(0);
    const double seconds = std::chrono::duration<double>(end - begin).count();
    const double work = 2.0 * static_cast<double>(size) * static_cast<double>(size) * static_cast<double>(size) * kProducts;
    best = std::max(best, work / seconds * 1e-12);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") return std::puts("LibTorch " TORCH_VERSION), 0;
  if (argc != 3) return std::fprintf(stderr, "usage: gpu_matmul DEVICE SIZE\n"), 2;
  try {
    const c10::InferenceMode no_gradients;
    const c10::Device device = flowrun::tensor::choose_device(argv[1]);
    const std::pair<const char*, Precision> formats[] = {
        {"fp32", Precision::fp32}, {"tf32", Precision::tf32}, {"fp16", Precision::fp16}, {"bf16", Precision::bf16}};
    for (const auto& [name, precision] : formats)
      if (device.is_cuda() || precision == Precision::fp32)
        std::printf("%s %.3f\n", name, measured(device, std::atoll(argv[2]), precision));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "gpu_matmul: %s\n", failure.what());
    return 2;
  }
  return 0;
}
