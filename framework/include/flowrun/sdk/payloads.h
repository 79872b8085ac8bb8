// The standard payloads: plain data, so that plugins that never heard of each other fit together.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "flowrun/sdk/geometry.h"
#include "flowrun/sdk/payload.h"

namespace flowrun {

/// A scalar image: geometry.voxel_count() float32 values, x fastest.
struct Volume : PayloadOf<Volume> {
  static constexpr std::string_view kType = "flowrun.volume/1";
  Geometry geometry;
  std::vector<float> voxels;
  std::string source;  ///< the file it came from or what made it, for messages
  std::size_t bytes() const noexcept override { return voxels.size() * sizeof(float); }
};

/// A mask or label image: geometry.voxel_count() values, x fastest; 0 is outside.
struct Mask : PayloadOf<Mask> {
  static constexpr std::string_view kType = "flowrun.mask/1";
  Geometry geometry;
  std::vector<std::uint8_t> voxels;
  std::string source;
  std::size_t bytes() const noexcept override { return voxels.size(); }
};

/// Voxels of a grid, by linear index (Geometry::index_of), ascending and without repetition.
struct VoxelList : PayloadOf<VoxelList> {
  static constexpr std::string_view kType = "flowrun.voxel_list/1";
  Geometry geometry;
  std::vector<std::int64_t> voxels;
  std::string source;
  std::size_t bytes() const noexcept override { return voxels.size() * sizeof(std::int64_t); }
};

/// Patches around voxels, one chunk of a case's stream: N x C x D x H x W float32, W (the x axis) fastest, D is z.
struct PatchBatch : PayloadOf<PatchBatch> {
  static constexpr std::string_view kType = "flowrun.patch_batch/1";
  Geometry geometry;                      ///< of the images that the patches were cut from
  std::vector<std::int64_t> voxels;       ///< N centres, linear indices
  std::int64_t channels = 0;              ///< C
  std::array<std::int64_t, 3> size{0, 0, 0};  ///< W, H, D: voxels along x, y, z
  std::vector<float> values;              ///< N * C * D * H * W
  std::int64_t count() const { return static_cast<std::int64_t>(voxels.size()); }
  std::int64_t values_per_patch() const { return channels * size[0] * size[1] * size[2]; }
  std::size_t bytes() const noexcept override { return voxels.size() * sizeof(std::int64_t) + values.size() * sizeof(float); }
};

/// Scores of voxels, one chunk of a case's stream: N x K float32, K fastest.
struct Scores : PayloadOf<Scores> {
  static constexpr std::string_view kType = "flowrun.scores/1";
  Geometry geometry;
  std::vector<std::int64_t> voxels;  ///< N linear indices
  std::int64_t classes = 0;          ///< K
  std::vector<float> values;         ///< N * K
  std::size_t bytes() const noexcept override { return voxels.size() * sizeof(std::int64_t) + values.size() * sizeof(float); }
};

/// Named columns; every row has one cell for each.
struct Table : PayloadOf<Table> {
  static constexpr std::string_view kType = "flowrun.table/1";
  using Cell = std::variant<std::int64_t, double, std::string>;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
  std::size_t bytes() const noexcept override;
};

}  // namespace flowrun
