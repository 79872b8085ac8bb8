// An image made small enough for a page: 8 bits a voxel, deflated, as text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun {

enum class LayerKind { image, probability, mask, labels };
const char* to_string(LayerKind kind);

/// What is known of a file before its voxels are looked at.
struct LayerSource {
  std::string name;    ///< for people
  std::string file;    ///< path, as the record or the command line has it
  std::string writer;  ///< type of the node that wrote it; empty: the case read it
  std::string note;    ///< what a reader of the page should know; empty: nothing
};

/// A layer of a viewer page. Stored numbers are 0 to 255 between `low` and `high` (images, probabilities), 0 or 1 (masks), or the
/// rank of the label in `labels` from 1 (labels; 16 bits, little endian, where there are more than 255).
struct PackedLayer {
  LayerSource source;
  LayerKind kind = LayerKind::image;
  std::array<std::int64_t, 3> size{};           ///< voxels along x, y, z; x runs fastest
  std::array<std::int64_t, 3> factor{1, 1, 1};  ///< voxels of the file that one of these stands for
  std::array<double, 12> affine{};              ///< voxel to mm in the LPS frame, 3 rows of 4
  double low = 0, high = 1;
  std::array<double, 2> window{0, 1};  ///< black and white at first
  std::vector<std::int32_t> labels;    ///< ascending, without 0
  bool wide = false;                   ///< 16 bits a voxel
  bool differences = false;            ///< each byte is the difference from the voxel before it on its row
  std::vector<std::string> notes;
  std::string base64;  ///< of the zlib stream
  std::string digest;  ///< of that text; set by PackedImages
};

/// Where an image has more voxels than `most_voxels`, blocks of them are made one along the axes with the smallest spacing: the
/// mean of an image; inside where any voxel of a mask is; the most frequent label that is not the background.
/// What the numbers are is taken from the node that wrote the file, else from the numbers: two whole ones with 0 are a mask, up
/// to 64 whole ones labels, an output between 0 and 1 a probability. Values of an image beyond its 0.05 and 99.95 percentiles,
/// and a quarter of that range more, are cut off. Throws Error for an image without voxels.
PackedLayer pack_layer(const Volume& volume, const LayerSource& source, std::int64_t most_voxels);

}  // namespace flowrun
