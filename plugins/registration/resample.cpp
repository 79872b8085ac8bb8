#include "resample.h"

#include <algorithm>
#include <cmath>

#include "flowrun/sdk/error.h"
#include "interpolate.h"
#include "voxel_map.h"

namespace flowrun::registration {
namespace {

/// An image on a grid, voxel by voxel; a task is one plane.
template <class Image, class Outside, class ValueAt>
Image filled(const Image& image, const Geometry& grid, const Transform& to_image, Outside outside, const Work& work,
             const ValueAt& value_at) {
  Image result;
  result.geometry = grid;
  result.source = image.source;
  result.facts = image.facts;
  const auto count = static_cast<std::size_t>(grid.voxel_count());
  reserve_large(result.voxels, count);
  result.voxels.resize(count);
  const VoxelMap map(grid, to_image, image.geometry);
  work.parallel_for(grid.size[2], [&](std::int64_t z) {
    for (std::int64_t y = 0; y < grid.size[1] && !work.cancelled(); ++y) {
      auto* to = result.voxels.data() + grid.index_of(0, y, z);
      for (std::int64_t x = 0; x < grid.size[0]; ++x) {
        const Point at = map(x, y, z);
        to[x] = is_inside(image.geometry.size, at) ? value_at(at) : outside;
      }
    }
  });
  return result;
}

void require_finite(const Volume& image) {
  const auto odd = std::find_if(image.voxels.begin(), image.voxels.end(), [](float v) { return !std::isfinite(v); });
  if (odd == image.voxels.end()) return;
  const auto at = image.geometry.voxel_at(odd - image.voxels.begin());
  throw Error("'" + image.source + "' has a value that is not finite at voxel (" + std::to_string(at[0]) + ", " +
              std::to_string(at[1]) + ", " + std::to_string(at[2]) +
              "), which bspline and windowed_sinc would spread; take \"linear\" or \"nearest\", or repair the image");
}

/// Whose shares are added up, of eight labels.
std::int32_t largest_label(const std::array<std::int32_t, 8>& labels, const std::array<double, 8>& shares) {
  std::int32_t best = 0;
  double best_share = -1;
  for (std::size_t i = 0; i < 8; ++i) {
    double share = 0;
    for (std::size_t k = 0; k < 8; ++k) share += labels[k] == labels[i] ? shares[k] : 0;
    if (share > best_share || (share == best_share && labels[i] < best)) best = labels[i], best_share = share;
  }
  return best;
}

template <class Image>
auto nearest_of(const Image& image) {
  return [&image](const Point& at) { return image.voxels[static_cast<std::size_t>(nearest_index(image.geometry, at))]; };
}

}  // namespace

Interpolation interpolation_of(const std::string& word) {
  if (word == "nearest") return Interpolation::nearest;
  if (word == "linear") return Interpolation::linear;
  if (word == "bspline") return Interpolation::bspline;
  if (word == "windowed_sinc") return Interpolation::windowed_sinc;
  throw Error("'" + word + "' is no interpolation; expected nearest, linear, bspline or windowed_sinc");
}

Volume resampled(const Volume& image, const Geometry& grid, const Transform& to_image, Interpolation interpolation, float outside,
                 const Work& work) {
  const auto fill = [&](const auto& value_at) { return filled(image, grid, to_image, outside, work, value_at); };
  if (interpolation == Interpolation::nearest) return fill(nearest_of(image));
  if (interpolation == Interpolation::linear) return fill([&](const Point& at) { return linear_value(image, at); });
  require_finite(image);
  if (interpolation == Interpolation::windowed_sinc) return fill([&](const Point& at) { return sinc_value(image, at); });
  const Volume coefficients = spline_coefficients(image, work);
  return fill([&](const Point& at) { return spline_value(coefficients, at); });
}

Mask resampled(const Mask& mask, const Geometry& grid, const Transform& to_image, Interpolation interpolation,
               std::uint8_t outside, const Work& work) {
  if (interpolation == Interpolation::nearest) return filled(mask, grid, to_image, outside, work, nearest_of(mask));
  return filled(mask, grid, to_image, outside, work, [&](const Point& at) {
    const Corners corners(mask.geometry, at);
    double inside = 0;
    for (std::size_t i = 0; i < 8; ++i) inside += mask.voxels[static_cast<std::size_t>(corners.index[i])] ? corners.share[i] : 0;
    return static_cast<std::uint8_t>(inside > 0.5);
  });
}

Labels resampled(const Labels& labels, const Geometry& grid, const Transform& to_image, Interpolation interpolation,
                 std::int32_t outside, const Work& work) {
  const auto blended = [&](const Point& at) {
    const Corners corners(labels.geometry, at);
    std::array<std::int32_t, 8> found;
    for (std::size_t i = 0; i < 8; ++i) found[i] = labels.voxels[static_cast<std::size_t>(corners.index[i])];
    return largest_label(found, corners.share);
  };
  Labels result = interpolation == Interpolation::nearest ? filled(labels, grid, to_image, outside, work, nearest_of(labels))
                                                          : filled(labels, grid, to_image, outside, work, blended);
  result.names = labels.names;
  return result;
}

}  // namespace flowrun::registration
