// A small artificial head for tests of restoration: three tissues in shells, a smooth field and noise that are known.
#pragma once

#include <cmath>
#include <random>

#include "plugins/small_images.h"

namespace flowrun::testing {

struct TissueImage {
  Volume volume;             ///< with field and noise
  Volume truth;              ///< without
  Mask inside;               ///< 1 in the head
  std::vector<float> field;  ///< of each voxel, about 1
};

/// The tissues lie in shells, or in cubes of 4 voxels that say nothing of the place in the head.
enum class Tissues { shells, cubes };

/// 0 outside of an ellipsoid; 60, 100 and 80 in it. `bias` is the field's strength, `noise` the Gaussian sd.
inline TissueImage tissue_image(const Geometry& grid, double bias, double noise, unsigned seed,
                                Tissues tissues = Tissues::shells) {
  TissueImage made;
  made.truth = volume_of(std::vector<float>(static_cast<std::size_t>(grid.voxel_count())), grid, "head.nii");
  made.inside = mask_of(std::vector<std::uint8_t>(made.truth.voxels.size()), grid, "brain.nii");
  made.volume = made.truth;
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < made.truth.voxels.size(); ++i) {
    const auto at = grid.voxel_at(static_cast<std::int64_t>(i));
    double place[3], square = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      place[axis] = 2.0 * static_cast<double>(at[axis]) / static_cast<double>(grid.size[axis] - 1) - 1;
      square += place[axis] * place[axis] / 0.81;
    }
    double signal = square > 1 ? 0 : square > 0.6 ? 60 : square > 0.2 ? 100 : 80;
    if (signal > 0 && tissues == Tissues::cubes) signal = 60 + 20 * static_cast<double>((at[0] / 4 + at[1] / 4 + at[2] / 4) % 3);
    const double field = std::exp(bias * (place[0] + 0.5 * place[1] * place[1] - 0.7 * place[2]));
    made.truth.voxels[i] = static_cast<float>(signal);
    made.inside.voxels[i] = signal > 0;
    made.field.push_back(static_cast<float>(field));
    if (signal > 0) made.volume.voxels[i] = static_cast<float>(std::max(1.0, signal * field + noise * normal(random)));
  }
  return made;
}

}  // namespace flowrun::testing
