#include "registry/matrix_kernels.h"

#include <cstdlib>

namespace flowrun::registry {

std::string matrix_kernels_for(const ProcessorFeatures& processor) {
  if (!processor.intel) return "";
  return processor.avx512 ? "SkylakeX" : processor.avx2 ? "Haswell" : "";
}

void choose_matrix_kernels() {
#if defined(__x86_64__)
  static const bool kChosen = [] {
    __builtin_cpu_init();
    ProcessorFeatures processor;
    processor.intel = __builtin_cpu_is("intel");
    processor.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    processor.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    const std::string kernels = matrix_kernels_for(processor);
    return kernels.empty() || ::setenv("OPENBLAS_CORETYPE", kernels.c_str(), 0) == 0;
  }();
  static_cast<void>(kChosen);
#endif
}

}  // namespace flowrun::registry
