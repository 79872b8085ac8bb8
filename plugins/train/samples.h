#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "flowrun/sdk/codec.h"

namespace flowrun::train {

/// Voxels of one case with their labels, and the image values around them: either each sample's patches, or a box of the images
/// that all patches can be cut from, whichever is smaller. A sample has one patch or several views: patches of different sizes
/// around the same voxel.
struct Samples : PayloadOf<Samples> {
  static constexpr std::string_view kType = "train.samples/2";
  using Size = std::array<std::int64_t, 3>;
  std::string case_name;
  Geometry geometry;
  std::int64_t channels = 0;
  std::vector<Size> sizes;           ///< of each view's patch along x, y, z
  std::vector<std::int64_t> voxels;  ///< centres, ascending linear indices
  std::vector<std::uint8_t> labels;  ///< the class; of lesions 1: lesion, 0: not
  std::int64_t positives = 0;        ///< samples whose class is not 0
  std::vector<float> values;         ///< N rows of copy_patches, or C x D x H x W of the box
  bool is_box = false;
  std::array<std::int64_t, 3> box_low{0, 0, 0};  ///< voxel of the image at the box's first corner; may be outside of the image
  std::array<std::int64_t, 3> box_size{0, 0, 0};

  std::int64_t count() const { return static_cast<std::int64_t>(voxels.size()); }
  std::int64_t values_per_sample() const;
  std::size_t bytes() const noexcept override {
    return values.size() * sizeof(float) + voxels.size() * sizeof(std::int64_t) + labels.size();
  }
  /// Copies the patches of a sample, view behind view, each C x D x H x W with W fastest.
  void copy_patches(std::int64_t sample, float* out) const;
};

/// Fills in the values of `samples` (geometry, sizes, voxels and labels are set) from images on one grid; what lies outside of
/// them is `padding`.
void cut_values(Samples& samples, const std::vector<const Volume*>& volumes, float padding);

/// How samples are written and read, so that firings that take or give them are replayed, isolated and kept. What is read can be
/// trained on without a further look: patches lie within the values that are there.
Codec samples_codec();

}  // namespace flowrun::train
