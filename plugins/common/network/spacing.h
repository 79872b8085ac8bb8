// The voxel sizes that a network was trained on. A network sees voxels and not mm, so it takes images of about these sizes only.
#pragma once

#include <array>
#include <string>

#include "common/network/network.h"

namespace flowrun::network {

using Spacing = std::array<double, 3>;  ///< size of a voxel along x, y, z in mm

/// Of several images: from the smallest to the largest size along each axis. Zeros: not known.
struct SpacingRange {
  Spacing least{0, 0, 0}, most{0, 0, 0};
  bool is_known() const { return least[0] > 0; }
  void include(const Spacing& spacing);
};

/// Along which of x, y, z a network looks at neighbours. A flat (2D) one does not look along the third.
using Looks = std::array<bool, 3>;
inline constexpr Looks kLooksAlongAll{true, true, true};

/// Axes along which some layer has a kernel, a window or a factor above 1.
Looks looks_along(const Network& network);

/// Voxel sizes are alike where none is more than this factor larger or smaller.
inline constexpr double kSpacingTolerance = 1.25;

/// Whether a size, along an axis that the network looks along, is smaller than all of `trained`, or larger than all of them, and
/// not alike. False where these are not known.
bool is_beyond(const SpacingRange& trained, const Spacing& spacing, const Looks& looks);
/// Whether the sizes along an axis that the network looks along are not alike.
bool is_mixed(const SpacingRange& range, const Looks& looks);

/// "1 x 1 x 3 mm"; with several sizes along an axis "1 x 1 x 1 to 3 mm". Four digits.
std::string in_words(const SpacingRange& range);
std::string in_words(const Spacing& spacing);

}  // namespace flowrun::network
