// How far a registration can be trusted, found without knowing the truth.
#pragma once

#include "search.h"

namespace flowrun::registration {

/// Figures of a check. Distances are mm at the corners of the box of the head in the fixed image.
struct Check {
  double starts = 0;    ///< between the two best ends of different starts on the middle level
  double agreeing = 0;  ///< starts that end within 2 mm of the best
  double halves = 0;    ///< largest move of a half of the head that is registered on its own, at the corners of that half
  double overlap = -1;  ///< Dice of the two masks under the result; -1: not both were given
};

/// Where the starts ended.
void check_starts(const Found& found, const Head& head, Check& check);

/// Registers each of the six halves of the head's box (left, right, front, back, lower, upper) on its own, rigidly, from the
/// result. At the right place all stay; at a wrong local optimum, or with another person's head, they leave it in different
/// directions.
void check_halves(const Problem& prepared, const Affine& result, Check& check, const Work& work);

/// Dice of the fixed mask and of the moving mask brought to its grid (nearest voxel), within what the moving grid covers. Throws
/// Error when a mask has no voxel inside.
double overlap_of(const Mask& fixed, const Mask& moving, const Affine& fixed_to_moving, const Work& work);

}  // namespace flowrun::registration
