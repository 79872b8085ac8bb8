#include "common/torch/precision.h"

#include <cstdlib>
#include <mutex>

#include "flowrun/sdk/error.h"

namespace flowrun::tensor {

class CudaClaim {
 public:
  CudaClaim(bool allow_tf32, bool only_deterministic) : tf32(allow_tf32), deterministic(only_deterministic) {
    if (deterministic)
      ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);  // what cuBLAS wants for that, unless somebody has set it
    at::Context& context = at::globalContext();
    context.setAllowTF32CuDNN(tf32);
    context.setAllowTF32CuBLAS(tf32);
    context.setBenchmarkCuDNN(false);  // which algorithm is the fastest could change from run to run
    context.setDeterministicCuDNN(deterministic);
    context.setDeterministicAlgorithms(deterministic, /*warn_only=*/true);
  }
  const bool tf32, deterministic;
};

at::ScalarType type_of(Precision precision) {
  if (precision == Precision::fp16) return at::kHalf;
  return precision == Precision::bf16 ? at::kBFloat16 : at::kFloat;
}

Arithmetic Arithmetic::of(const Params& params) {
  const std::string& word = params.text("precision");
  Arithmetic found;
  if (word == "tf32") found.precision = Precision::tf32;
  if (word == "fp16") found.precision = Precision::fp16;
  if (word == "bf16") found.precision = Precision::bf16;
  found.channels_last = params.text("layout") == "channels_last";
  found.deterministic = params.flag("deterministic");
  return found;
}

std::vector<ParamSpec> Arithmetic::params() {
  return {{.name = "precision",
           .type = ParamType::choice,
           .default_value = std::string("fp32"),
           .help = "Number format in which the network computes; tf32 differs from fp32 on a GPU only, bf16 needs AVX-512 on a CPU",
           .choices = {"fp32", "tf32", "fp16", "bf16"}},
          {.name = "layout",
           .type = ParamType::choice,
           .default_value = std::string("contiguous"),
           .help = "Whether a channel's values lie together in memory, or the channels of a voxel",
           .choices = {"contiguous", "channels_last"}},
          {.name = "deterministic",
           .type = ParamType::boolean,
           .default_value = false,
           .help = "On a GPU use only algorithms that give the same bits each time"}};
}

bool cpu_computes_bf16() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

void require_right_on(const Arithmetic& arithmetic, c10::Device device) {
  if (arithmetic.precision == Precision::bf16 && device.is_cpu() && !cpu_computes_bf16())
    throw Error("'precision' is bf16, but this processor has no AVX-512, so LibTorch would add up in 16 bits and the scores would be "
                "wrong; use fp32, which is also faster here");
}

std::shared_ptr<const CudaClaim> claim_cuda(const Arithmetic& arithmetic) {
  static std::mutex mutex;
  static std::weak_ptr<const CudaClaim> held;
  const bool tf32 = arithmetic.precision == Precision::tf32;
  const std::lock_guard lock(mutex);
  std::shared_ptr<const CudaClaim> claim = held.lock();
  if (!claim) held = claim = std::make_shared<const CudaClaim>(tf32, arithmetic.deterministic);
  if (claim->tf32 != tf32 || claim->deterministic != arithmetic.deterministic)
    throw Error(
        std::string("a network on a GPU asks for ") + (tf32 ? "tf32" : "no tf32") +
        (arithmetic.deterministic ? " and deterministic" : "") + ", but another of this process for " +
        (claim->tf32 ? "tf32" : "no tf32") + (claim->deterministic ? " and deterministic" : "") +
        "; LibTorch keeps one such setting for the process, so give all networks the same 'precision' and 'deterministic'");
  return claim;
}

}  // namespace flowrun::tensor
