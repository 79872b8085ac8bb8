#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace flowrun::train {

/// What samples give in evaluation. Counts are of samples, of label images of voxels.
struct Metrics {
  double loss = 0;                                  ///< sum of the samples' losses
  std::int64_t count = 0, right = 0;                ///< right: the label's class scores highest
  std::vector<std::int64_t> found, labelled, both;  ///< by class: it scores highest; it is the label; both
};

/// Dice of a class; NaN where it neither is nor was found.
double dice_of(const Metrics& metrics, std::size_t label);
/// Mean over the classes that are found or labelled anywhere, without the first where that is the background. NaN where none of
/// them is labelled: then a good network has no other Dice than a bad one.
double mean_dice(const Metrics& metrics, bool first_is_background);

}  // namespace flowrun::train
