#pragma once

#include <cstdint>
#include <vector>

#include "vec.h"

namespace flowrun::phantom {

/// Smooth noise in space, about -1 to 1: random values on a coarse lattice, interpolated between its points.
/// The lattice is turned against the image's axes, so that it does not show; it repeats after 32 cells.
class LatticeNoise {
 public:
  LatticeNoise(std::uint64_t seed, std::uint64_t stream, float cell_mm);
  float operator()(Vec mm) const;

 private:
  std::vector<float> values_;
  float per_mm_;
};

}  // namespace flowrun::phantom
