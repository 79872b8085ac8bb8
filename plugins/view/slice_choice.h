#pragma once

#include <cstdint>
#include <vector>

#include "axial_view.h"

namespace flowrun::view {

/// Chooses at most `wanted` slices, ascending.
///
/// Slices where lesions are large and many come first (each counts by the root of its area), but a lesion that an earlier choice
/// shows counts for less each time, and so does a slice that lies within some millimetres of a chosen one: so distinct lesions
/// get their turn. Places that are left, all of them when there is no lesion, go to slices of the brain (low <= w < high) as far
/// from the chosen ones as possible. `lesions` has for each voxel the number of its lesion, 0 outside; it is empty where there is
/// none.
std::vector<std::int64_t> choose_slices(const AxialView& view, const std::vector<std::int32_t>& lesions, std::int64_t low,
                                        std::int64_t high, std::int64_t wanted);

}  // namespace flowrun::view
