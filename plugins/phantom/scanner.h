#pragma once

#include <functional>

#include "flowrun/sdk/context.h"
#include "scan_grid.h"
#include "whole_head.h"

namespace flowrun::phantom {

/// Which share of a node's progress a scan is.
struct ProgressSpan {
  double begin = 0, end = 1;
};

/// One head in one world, and the grid that looks at it.
struct Scan {
  const WholeHead& head;
  ScanGrid grid;
  Pose head_from_world;
};

/// Looks at the head in each voxel: the mean over the voxel's points. Calls `take(index, mean)` for every voxel of the grid,
/// index in its order, slices in any order and at the same time; outside the head the mean is 0. Then `finish(z)` once a slice.
/// Returns early when the run is cancelled.
void look(const Scan& scan, Context& context, ProgressSpan progress,
          const std::function<void(std::int64_t index, const HeadSample& mean)>& take,
          const std::function<void(std::int64_t z)>& finish = nullptr);

/// What a receive coil and its noise do to an image: a smooth multiplicative field, exp(bias * field) with field within about -1
/// to 1, and Rician noise of standard deviation `noise`.
class Coil {
 public:
  Coil(std::uint64_t seed, int image, float bias, float noise);
  /// Changes the slice `z` of the image.
  void receive(const ScanGrid& grid, std::int64_t z, std::vector<float>& image) const;

 private:
  float with_noise(float signal, std::uint64_t index) const;

  LatticeNoise field_;
  std::uint64_t noise_stream_;
  float bias_, noise_;
};

}  // namespace flowrun::phantom
