#include "check.h"

#include <algorithm>
#include <numeric>

#include "flowrun/sdk/error.h"
#include "interpolate.h"
#include "pyramid.h"
#include "sampling.h"
#include "voxel_map.h"

namespace flowrun::registration {
namespace {

constexpr double kAgreeing = 2;            // mm
constexpr Level kHalves{1.5, 3, 1, 0.05};  // mm
constexpr double kMargin = 10;             // mm

/// The corners of a half of the box.
std::vector<Point> corners_of_half(const std::vector<Point>& corners, std::size_t axis, bool upper) {
  std::vector<Point> half = corners;
  const std::size_t bit = std::size_t{1} << axis;
  for (std::size_t corner = 0; corner < 8; ++corner) {
    if (((corner & bit) != 0) == upper) continue;
    for (std::size_t k = 0; k < 3; ++k) half[corner][k] = (corners[corner][k] + corners[corner ^ bit][k]) / 2;
  }
  return half;
}

/// Counts of voxels in the fixed mask, in the moving one, and in both.
struct Counts {
  std::int64_t fixed = 0, moving = 0, both = 0;
};

}  // namespace

void check_starts(const Found& found, const Head& head, Check& check) {
  const Start& best = found.ends.front();
  const auto away = [&](const Start& end) { return largest_distance(end.map, best.map, head.corners); };
  check.starts = found.ends.size() > 1 ? away(found.ends[1]) : 0;
  check.agreeing = static_cast<double>(
      std::count_if(found.ends.begin(), found.ends.end(), [&](const Start& end) { return away(end) < kAgreeing; }));
}

void check_halves(const Problem& prepared, const Affine& result, Check& check, const Work& work) {
  const Volume fixed = coarser(*prepared.fixed, kHalves.sigma, kHalves.sigma, work);
  const Volume moving = coarser(*prepared.moving, kHalves.sigma, kHalves.sigma, work);
  const Head& head = prepared.fixed_head;
  const Samples all = spread_samples(fixed, head, kMargin, kHalves.distance, prepared.region);
  std::array<double, 6> moves{};
  work.parallel_for(6, [&](std::int64_t half) {
    const std::size_t axis = static_cast<std::size_t>(half) / 2;
    const bool upper = half % 2 == 1;
    const MutualInformation metric(half_of(all, fixed, head, axis, upper), moving, {.bins = prepared.bins});
    const std::vector<Point> corners = corners_of_half(head.corners, axis, upper);
    Point centre{0, 0, 0};
    for (const Point& corner : corners)
      for (std::size_t k = 0; k < 3; ++k) centre[k] += corner[k] / 8;
    const Start end = polished(metric, {"half", result}, centre, Freedom::rigid, kHalves, alone(work));
    moves[static_cast<std::size_t>(half)] = largest_distance(end.map, result, corners);
  });
  check.halves = *std::max_element(moves.begin(), moves.end());
}

double overlap_of(const Mask& fixed, const Mask& moving, const Affine& fixed_to_moving, const Work& work) {
  for (const auto& [mask, port] : {std::pair{&fixed, "fixed_mask"}, std::pair{&moving, "moving_mask"}})
    if (std::none_of(mask->voxels.begin(), mask->voxels.end(), [](std::uint8_t v) { return v != 0; }))
      throw Error("'" + (mask->source.empty() ? std::string("input ") + port : mask->source) +
                  "' has no voxel inside, so it cannot be compared");
  const Transform transform = affine_transform(fixed_to_moving);
  const VoxelMap map(fixed.geometry, transform, moving.geometry);
  std::vector<Counts> planes(static_cast<std::size_t>(fixed.geometry.size[2]));
  work.parallel_for(fixed.geometry.size[2], [&](std::int64_t z) {
    Counts& counts = planes[static_cast<std::size_t>(z)];
    for (std::int64_t y = 0; y < fixed.geometry.size[1]; ++y)
      for (std::int64_t x = 0; x < fixed.geometry.size[0]; ++x) {
        const Point at = map(x, y, z);
        if (!is_inside(moving.geometry.size, at)) continue;
        const bool a = fixed.voxels[static_cast<std::size_t>(fixed.geometry.index_of(x, y, z))] != 0;
        const bool b = moving.voxels[static_cast<std::size_t>(nearest_index(moving.geometry, at))] != 0;
        counts.fixed += a, counts.moving += b, counts.both += a && b;
      }
  });
  double both = 0, sum = 0;
  for (const Counts& counts : planes)
    both += static_cast<double>(counts.both), sum += static_cast<double>(counts.fixed + counts.moving);
  return sum > 0 ? 2 * both / sum : 0;
}

}  // namespace flowrun::registration
