#include "tissue.h"

#include <algorithm>
#include <string>

#include "flowrun/sdk/error.h"
#include "random.h"
#include "soft_shapes.h"

namespace flowrun::phantom {
namespace {

constexpr double kFewestHeadVoxels = 9;          // per axis
constexpr std::int64_t kMostVoxels = 1LL << 28;  // about 10 GB of working memory
constexpr double kShareOfField = 0.97;

constexpr char kAxes[] = {'x', 'y', 'z'};

std::array<double, 3> half_extent() { return {HeadShape::kHalfExtent.x, HeadShape::kHalfExtent.y, HeadShape::kHalfExtent.z}; }

void require_memory(const Geometry& geometry) {
  if (geometry.size[0] <= kMostVoxels / geometry.size[1] / geometry.size[2]) return;
  throw Error("parameter 'size' asks for more than " + std::to_string(kMostVoxels) +
              " voxels, which would take more than 10 GB of memory; give a smaller size");
}

void require_extent(const HeadGrid& grid) {
  for (int axis = 0; axis < 3; ++axis) {
    const double voxels = 2 * half_extent()[axis] * grid.scale / grid.geometry.spacing[axis];
    if (!(voxels >= kFewestHeadVoxels))
      throw Error(
          "the head would span only " + std::to_string(static_cast<int>(voxels)) + " voxels on axis " + kAxes[axis] +
          "; at least " + std::to_string(static_cast<int>(kFewestHeadVoxels)) +
          " are needed: choose size and spacing so that the field of view (size times spacing) is of like length on all axes");
  }
}

}  // namespace

Vec HeadGrid::position(std::int64_t x, std::int64_t y, std::int64_t z) const {
  const auto along = [&](int axis, std::int64_t index) {
    return static_cast<float>((geometry.origin[axis] + geometry.spacing[axis] * static_cast<double>(index)) / scale);
  };
  return {along(0, x), along(1, y), along(2, z)};
}

float HeadGrid::voxel() const { return static_cast<float>(std::cbrt(geometry.voxel_volume())) / scale; }

HeadGrid make_head_grid(const std::vector<std::int64_t>& size, const std::vector<double>& spacing) {
  HeadGrid grid;
  std::copy_n(size.begin(), 3, grid.geometry.size.begin());
  std::copy_n(spacing.begin(), 3, grid.geometry.spacing.begin());
  require_memory(grid.geometry);
  double scale = 1;
  for (int axis = 0; axis < 3; ++axis) {
    const double step = grid.geometry.spacing[axis];
    grid.geometry.origin[axis] = -0.5 * step * static_cast<double>(grid.geometry.size[axis] - 1);
    scale = std::min(scale, kShareOfField * 0.5 * step * static_cast<double>(grid.geometry.size[axis]) / half_extent()[axis]);
  }
  grid.scale = static_cast<float>(scale);
  require_extent(grid);
  return grid;
}

TissueShares shares_at(const HeadPoint& point, float width) {
  TissueShares shares;
  shares.fluid = std::max(soft(point.sulcus - point.cortex, width), soft(-point.ventricle, width));
  shares.deep = soft(-point.deep_grey, width) * (1 - shares.fluid);
  shares.grey = soft(point.sulcus + point.grey - point.cortex, width) * (1 - shares.fluid - shares.deep);
  return shares;
}

float rim_share(const HeadPoint& point, float patch, float width) {
  return soft(0.8f - std::abs(point.ventricle), width) * std::clamp(0.5f + patch, 0.0f, 1.0f);
}

namespace {

/// By the tissue that has the largest share of the voxel.
Structure structure_at(const HeadPoint& point, const TissueShares& shares) {
  const float grey = shares.grey + shares.deep;
  if (shares.fluid >= std::max(grey, shares.white())) return point.ventricle < 0 ? kVentricles : kOuterFluid;
  if (!point.cerebrum) return point.stem ? kBrainStem : kCerebellum;
  if (grey < shares.white()) return kCerebralWhite;
  return shares.deep > shares.grey ? kDeepGrey : kCortex;
}

}  // namespace

TissueMaps make_tissues(const HeadGrid& grid, const HeadShape& shape, std::uint64_t seed,
                        const std::function<bool()>& cancelled) {
  const auto voxels = static_cast<std::size_t>(grid.geometry.voxel_count());
  TissueMaps maps{std::vector<std::uint8_t>(voxels), std::vector<TissueShares>(voxels), std::vector<float>(voxels),
                  std::vector<std::uint8_t>(voxels)};
  const float width = grid.voxel() + 0.2f;
  const LatticeNoise patches(seed, kPatches, kPatchCell);
  const auto [size_x, size_y, size_z] = grid.geometry.size;
  for (std::int64_t z = 0, index = 0; z < size_z && !cancelled(); ++z)
    for (std::int64_t y = 0; y < size_y; ++y)
      for (std::int64_t x = 0; x < size_x; ++x, ++index) {
        const Vec at = grid.position(x, y, z);
        const HeadPoint point = shape.at(at);
        if (point.surface > kFluidRim) continue;
        maps.brain[index] = 1;
        maps.shares[index] = shares_at(point, width);
        maps.structure[index] = structure_at(point, maps.shares[index]);
        maps.rim[index] = rim_share(point, patches(at), width);
      }
  return maps;
}

}  // namespace flowrun::phantom
