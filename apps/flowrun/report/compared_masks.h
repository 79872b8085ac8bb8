#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowrun/host/comparison.h"
#include "flowrun/host/registry.h"
#include "report/mask_overlap.h"

namespace flowrun {

/// Which masks of two runs are measured, and by what.
struct MaskChoice {
  std::string reference;  ///< pattern of masks, with {case}; empty: none
  std::string mask;       ///< of the node that wrote the masks to measure; empty: all
};

/// A mask of a case in both runs.
struct ComparedMask {
  const ComparedCase* of;
  const ComparedFile* file;
  MaskOverlap overlap, reference_a, reference_b;  ///< of the two; of each with the reference
  std::optional<double> label_dice;               ///< of two label images: the mean of their labels
};

/// The masks and label images that the same node wrote in both runs, measured. Throws Error where the choice fits none.
std::vector<ComparedMask> compared_masks(const MaskChoice& choice, const Comparison& comparison, Registry& registry);

/// The name of a label image's second row, which has no volumes.
std::string label_row_name(const ComparedMask& mask);

}  // namespace flowrun
