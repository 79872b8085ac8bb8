#pragma once

#include <limits>

#include "common/torch/torch_headers.h"

namespace flowrun::train {

/// While it lives, numbers of the calling thread below the smallest normal one (1e-38) count as 0. Gradients of a network that is
/// sure of most voxels are that small, and a processor takes many times as long for them.
class FlushedDenormals {
 public:
  FlushedDenormals() : were_flushed_(are_flushed()) { at::globalContext().setFlushDenormal(true); }
  ~FlushedDenormals() { at::globalContext().setFlushDenormal(were_flushed_); }
  FlushedDenormals(const FlushedDenormals&) = delete;
  FlushedDenormals& operator=(const FlushedDenormals&) = delete;

  /// Asked of the arithmetic itself, since LibTorch does not say.
  static bool are_flushed() {
    volatile float number = std::numeric_limits<float>::min();
    number = number / 2;
    return number == 0;
  }

 private:
  bool were_flushed_;
};

}  // namespace flowrun::train
