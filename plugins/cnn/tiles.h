#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace flowrun::cnn {

using Voxels = std::array<std::int64_t, 3>;  ///< along x, y, z

/// How an image goes through a network: whole or in tiles of one size that overlap, x fastest.
struct TilePlan {
  Voxels image{};                                   ///< voxels of the image
  Voxels tile{};                                    ///< of each tile; with one tile the image, filled up
  std::array<std::vector<std::int64_t>, 3> starts;  ///< first voxel of the tiles along each axis, ascending
  std::int64_t overlap = 0;
  std::int64_t margin = 0;  ///< voxels of a tile beside its faces inside the image that do not count

  std::int64_t count() const;
  Voxels start(std::int64_t index) const;
};

/// Tiles for an image of at least one voxel along each axis, filled up at its ends to a multiple of `multiple`. An axis that is
/// no longer than `tile` (itself such a multiple; 0: whole) has one tile; others have tiles every `tile - overlap` voxels, and
/// the last one ends where the filled image ends.
TilePlan plan_tiles(const Voxels& image, std::int64_t multiple, std::int64_t tile, std::int64_t overlap, std::int64_t margin = 0);

/// Puts tiles together. Each tile's weight falls linearly over the overlap towards its faces inside the image, down to 0 within
/// `margin` of them; a voxel's weights add up to 1; one tile alone keeps its values. The order of add decides the last bits.
class TileBlend {
 public:
  explicit TileBlend(TilePlan plan);
  /// The values of one tile, x fastest.
  void add(std::int64_t index, const float* values);
  /// The voxels of the image, x fastest.
  std::vector<float>& voxels() { return voxels_; }

 private:
  using Weights = std::vector<std::vector<float>>;  ///< by tile along an axis, then by voxel of the tile
  Weights weights_along(std::size_t axis) const;

  TilePlan plan_;
  std::array<Weights, 3> weights_;
  std::vector<float> voxels_;
};

/// The same for several maps of one image, whose number the first tile says.
class TileBlends {
 public:
  explicit TileBlends(TilePlan plan) : plan_(std::move(plan)) {}
  /// The values of one tile, map after map.
  void add(std::int64_t index, const float* values, std::int64_t maps);
  /// The maps, each x fastest; none before a tile was added.
  std::vector<TileBlend>& maps() { return maps_; }

 private:
  TilePlan plan_;
  std::vector<TileBlend> maps_;
};

}  // namespace flowrun::cnn
