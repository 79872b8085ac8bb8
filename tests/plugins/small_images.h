// Small images for tests of nodes. Their grid is anisotropic and turned, so that a node that loses or swaps an axis is found out.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/sdk/payloads.h"

namespace flowrun::testing {

inline Geometry small_grid(std::int64_t x, std::int64_t y, std::int64_t z) {
  return {
      .size = {x, y, z}, .spacing = {0.7, 1.2, 3.0}, .origin = {-12.5, 8.0, 40.25}, .direction = {0, -1, 0, 1, 0, 0, 0, 0, 1}};
}

/// A volume of these values, x fastest; a row along x when no grid is given.
inline Volume volume_of(std::vector<float> values, Geometry geometry, std::string source = "image.nii") {
  Volume volume;
  volume.geometry = geometry;
  volume.voxels = std::move(values);
  volume.source = std::move(source);
  return volume;
}
inline Labels labels_of(std::vector<std::int32_t> values, Geometry geometry, std::string source = "labels.nii") {
  Labels labels;
  labels.geometry = geometry;
  labels.voxels = std::move(values);
  labels.source = std::move(source);
  return labels;
}

inline Volume volume_of(std::vector<float> values, std::string source = "image.nii") {
  const auto count = static_cast<std::int64_t>(values.size());
  return volume_of(std::move(values), small_grid(count, 1, 1), std::move(source));
}

inline Mask mask_of(std::vector<std::uint8_t> values, Geometry geometry, std::string source = "mask.nii") {
  Mask mask;
  mask.geometry = geometry;
  mask.voxels = std::move(values);
  mask.source = std::move(source);
  return mask;
}
inline Mask mask_of(std::vector<std::uint8_t> values, std::string source = "mask.nii") {
  const auto count = static_cast<std::int64_t>(values.size());
  return mask_of(std::move(values), small_grid(count, 1, 1), std::move(source));
}

inline VoxelList list_of(std::vector<std::int64_t> voxels, Geometry geometry, std::string source = "list.nii") {
  VoxelList list;
  list.geometry = geometry;
  list.voxels = std::move(voxels);
  list.source = std::move(source);
  return list;
}

/// Values from -1 to 1, the same for one seed.
inline Volume random_volume(Geometry geometry, unsigned seed, std::string source = "random.nii") {
  std::mt19937 random(seed);
  std::vector<float> values(static_cast<std::size_t>(geometry.voxel_count()));
  for (float& value : values) value = static_cast<float>(random()) / 2147483648.0f - 1.0f;
  return volume_of(std::move(values), geometry, std::move(source));
}

/// Each voxel is 1 with this chance, the same for one seed.
inline Mask random_mask(Geometry geometry, double chance, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> values(static_cast<std::size_t>(geometry.voxel_count()));
  for (std::uint8_t& value : values) value = static_cast<double>(random()) < chance * 4294967296.0;
  return mask_of(std::move(values), geometry);
}

}  // namespace flowrun::testing
