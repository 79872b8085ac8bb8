#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/torch/torch_headers.h"
#include "flowrun/sdk/parameters.h"

namespace flowrun::tensor {

/// How a network computes. fp32 and tf32 keep weights and values in float32; tf32 lets a GPU's matrix units round the factors of
/// products to 10 bits of mantissa. fp16 and bf16 keep weights and values in 16 bits.
enum class Precision { fp32, tf32, fp16, bf16 };

at::ScalarType type_of(Precision precision);

/// What a node's parameters say of how networks are run on a device.
struct Arithmetic {
  Precision precision = Precision::fp32;
  bool channels_last = false;  ///< channels beside each other in memory
  bool deterministic = false;  ///< only algorithms that give the same bits each time

  static Arithmetic of(const Params& params);
  /// precision, layout and deterministic.
  static std::vector<ParamSpec> params();
  bool operator==(const Arithmetic&) const = default;
};

/// Whether this processor adds up the products of bf16 numbers in float32. oneDNN needs AVX-512 for that; without it LibTorch
/// adds up in 16 bits, and scores were seen to be off by 0.17.
bool cpu_computes_bf16();

/// Throws Error where a network would give wrong scores in that format on that device.
void require_right_on(const Arithmetic& arithmetic, c10::Device device);

/// LibTorch keeps what is asked of CUDA's libraries (tf32, determinism) for the whole process. It stays as a claim asks while
/// the claim lives; throws Error when another living claim asks for something else.
class CudaClaim;
std::shared_ptr<const CudaClaim> claim_cuda(const Arithmetic& arithmetic);

}  // namespace flowrun::tensor
