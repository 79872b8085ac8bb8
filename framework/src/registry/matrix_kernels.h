#pragma once

#include <string>

namespace flowrun::registry {

/// What a processor can, of what OpenBLAS has kernels for.
struct ProcessorFeatures {
  bool intel = false, avx2 = false, avx512 = false;
};

/// Name of OpenBLAS's kernels for it, as the variable OPENBLAS_CORETYPE takes them; empty: left to OpenBLAS.
std::string matrix_kernels_for(const ProcessorFeatures& processor);

/// Sets OPENBLAS_CORETYPE by what the processor can, unless it is set; before a library is loaded that links OpenBLAS. That one
/// knows processors by their numbers, and takes its oldest kernels for an Intel processor that is newer than it: 0.3.21 of
/// Debian 12 on Emerald Rapids is about a quarter as fast. Its names are those that it takes itself for the processors that it knows.
void choose_matrix_kernels();

}  // namespace flowrun::registry
