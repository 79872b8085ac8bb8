// N4 by ITK's own classes used directly, as ITK's documentation shows it. In a file of its own: they take long to compile.
#pragma once

#include <array>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

struct N4Arguments {
  unsigned shrink_factor = 4;
  std::vector<unsigned> iterations{50, 50, 50, 50};
  double convergence_threshold = 0.001;
  std::array<unsigned, 3> control_points{4, 4, 4};
  unsigned histogram_bins = 200;
  double fwhm = 0.15, wiener_noise = 0.01;
};

struct N4Result {
  std::vector<float> corrected, log_field;
};

/// Shrinks image and mask, runs the filter, samples the lattice on the full grid and divides.
N4Result n4_by_itk(const Volume& volume, const Mask& mask, const N4Arguments& arguments);

}  // namespace flowrun::testing
