#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "flowrun/sdk/geometry.h"
#include "head_shape.h"

namespace flowrun::phantom {

/// The image grid and how large the head is on it. Shapes are in mm of a full-size head; a small field of view shrinks the head.
struct HeadGrid {
  Geometry geometry;
  float scale = 1;  ///< mm in the image for 1 mm of a full-size head; at most 1

  /// A voxel's centre in mm of a full-size head, from the head's centre.
  Vec position(std::int64_t x, std::int64_t y, std::int64_t z) const;
  /// Mean voxel edge in mm of a full-size head.
  float voxel() const;
};

/// A grid with the head centred in it: three sizes (at least 16 voxels) and three spacings (mm, above 0). Throws Error when they
/// leave too few voxels for the head on some axis, or ask for more voxels than memory allows.
HeadGrid make_head_grid(const std::vector<std::int64_t>& size, const std::vector<double>& spacing);

/// Fluid left around the brain by the skull stripping, mm of a full-size head.
inline constexpr float kFluidRim = 1.2f;

/// Shares of the tissues in one voxel; what is left to 1 is white matter.
struct TissueShares {
  float fluid = 1, grey = 0, deep = 0;
  float white() const { return 1 - fluid - grey - deep; }
};

/// Shares at a point, smeared over `width` mm (of a full-size head) as a voxel of that size sees them.
TissueShares shares_at(const HeadPoint& point, float width);

/// Share of the ventricles' thin lining, which is bright in FLAIR in patches; `patch`: the noise of kPatches at the point.
float rim_share(const HeadPoint& point, float patch, float width);
inline constexpr std::uint64_t kPatches = 10;
inline constexpr float kPatchCell = 16;  ///< mm

/// What a voxel is a part of: labels of phantom.head's output 'structures'. 0: outside of the brain.
enum Structure : std::uint8_t {
  kVentricles = 1,
  kOuterFluid = 2,
  kCortex = 3,
  kDeepGrey = 4,
  kCerebralWhite = 5,
  kCerebellum = 6,
  kBrainStem = 7,
  kLesion = 8
};

/// Voxel by voxel, in the geometry's order.
struct TissueMaps {
  std::vector<std::uint8_t> brain;  ///< 1 where the skull-stripped image has a head
  std::vector<TissueShares> shares;
  std::vector<float> rim;  ///< 0 to 1: the thin lining of the ventricles
  std::vector<std::uint8_t> structure;  ///< of the brain without lesions
};

/// Stops early, with what it has, when `cancelled` says so.
TissueMaps make_tissues(const HeadGrid& grid, const HeadShape& shape, std::uint64_t seed, const std::function<bool()>& cancelled);

}  // namespace flowrun::phantom
