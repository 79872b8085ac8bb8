#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::train {

/// The images of one case with a label for each voxel, cut to the box that is trained on.
struct LabelledImages : PayloadOf<LabelledImages> {
  static constexpr std::string_view kType = "train.labelled_images/1";
  std::string case_name;
  std::int64_t channels = 0;
  std::string axes;                           ///< of the images, as grid/axes.h words them
  std::array<double, 3> spacing{1, 1, 1};     ///< mm
  std::array<std::int64_t, 3> size{0, 0, 0};  ///< of the box along x, y, z
  std::vector<float> values;                  ///< C x D x H x W, W fastest
  std::vector<std::uint8_t> labels;           ///< D x H x W; 0: background

  std::int64_t voxels() const { return size[0] * size[1] * size[2]; }
  std::size_t bytes() const noexcept override { return values.size() * sizeof(float) + labels.size(); }
};

}  // namespace flowrun::train
