#pragma once

#include <cstdint>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::train {

/// Linear indices of voxels, ascending.
using Voxels = std::vector<std::int64_t>;

/// The voxels of a mask.
Voxels voxels_of(const Mask& mask);

/// `count` of the voxels, each as likely as the others, or all of them when there are fewer.
Voxels drawn(const Voxels& pool, std::int64_t count, std::uint64_t of_stream);

/// `count` voxels of a mask, or all of them when there are fewer. A voxel of a component of n voxels (that touch by their faces)
/// is drawn with the weight n^-balance: with 0 all voxels are alike, with 1 all components are. Without replacement, by the keys
/// of Efraimidis and Spirakis (Information Processing Letters, 2006).
Voxels drawn_by_component(const Mask& mask, std::int64_t count, double balance, std::uint64_t of_stream);

}  // namespace flowrun::train
