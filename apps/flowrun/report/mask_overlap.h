#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowrun/host/registry.h"

namespace flowrun {

/// How two masks agree.
struct MaskOverlap {
  std::optional<double> dice;
  std::optional<double> volume_a_ml, volume_b_ml;
  std::string fault;  ///< why it is not known; empty: it is
};

struct MaskPair {
  std::filesystem::path a, b;
};

/// Of each pair, by io.read_mask and evaluate.overlap: in label images every voxel that is not 0 counts. What cannot be read or
/// is on two grids has a fault. Throws Error where the plugins io and evaluate are missing.
std::vector<MaskOverlap> mask_overlaps(const std::vector<MaskPair>& pairs, Registry& registry);
/// Of each pair of label images the mean Dice of the labels, by io.read_labels and evaluate.labels; nothing where it is unknown.
std::vector<std::optional<double>> mean_label_dice(const std::vector<MaskPair>& pairs, Registry& registry);

}  // namespace flowrun
