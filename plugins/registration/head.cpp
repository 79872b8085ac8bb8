#include "head.h"

#include <algorithm>
#include <cmath>

#include "common/histogram/split.h"
#include "flowrun/sdk/error.h"
#include "mutual_information.h"
#include "pyramid.h"

namespace flowrun::registration {
namespace {

constexpr double kCoarse = 4;       // mm
constexpr double kLeftOut = 0.005;  // of the object, at each side
constexpr int kBins = 256;

/// The threshold between two classes whose means lie furthest from each other, weighted by their sizes.
float otsu(const std::vector<float>& values, const ValueRange& range) {
  std::vector<std::int64_t> counts(kBins);
  const float scale = (kBins - 1) / (range.high - range.low);
  for (const float value : values)
    ++counts[static_cast<std::size_t>((std::clamp(value, range.low, range.high) - range.low) * scale)];
  return range.low + (static_cast<float>(histogram::best_split(counts).first) + 1) / scale;
}

/// Sums over the object's voxels of a coarse image.
struct Object {
  explicit Object(const Volume& image, float threshold) : counts{Counts(image, 0), Counts(image, 1), Counts(image, 2)} {
    for (std::size_t i = 0; i < image.voxels.size(); ++i) {
      if (image.voxels[i] < threshold) continue;
      const auto voxel = image.geometry.voxel_at(static_cast<std::int64_t>(i));
      const auto value = static_cast<double>(image.voxels[i]);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        counts[axis].at[static_cast<std::size_t>(voxel[axis])] += 1;
        moments[axis] += value * static_cast<double>(voxel[axis]);
      }
      mass += value, ++voxels;
    }
  }
  struct Counts {
    Counts(const Volume& image, std::size_t axis) : at(static_cast<std::size_t>(image.geometry.size[axis]), 0) {}
    std::vector<double> at;
    /// The place below which a share of the object lies.
    double place_of(double share) const {
      double sum = 0, all = 0;
      for (const double count : at) all += count;
      for (std::size_t i = 0; i < at.size(); ++i)
        if ((sum += at[i]) >= share * all) return static_cast<double>(i);
      return static_cast<double>(at.size()) - 1;
    }
  };
  std::array<Counts, 3> counts;
  Point moments{0, 0, 0};
  double mass = 0;
  std::int64_t voxels = 0;
};

/// mm, LPS, of a place that is given in mm along the axes.
Point place(const Geometry& grid, const Point& along) {
  return mapped(voxels_to_mm(grid), {along[0] / grid.spacing[0], along[1] / grid.spacing[1], along[2] / grid.spacing[2]});
}

}  // namespace

Head find_head(const Volume& image, const std::string& name, const Work& work) {
  const Volume coarse = coarser(image, kCoarse, kCoarse, work);
  if (work.cancelled()) return {};
  const ValueRange range = range_of(coarse.voxels, 0.001);
  if (!(range.high > range.low))
    throw Error("'" + name + "' has practically one value (" + std::to_string(range.low) +
                ") everywhere, so there is nothing to align");
  Head head;
  head.threshold = otsu(coarse.voxels, range);
  const Object object(coarse, head.threshold);
  Point middle, balance, whole;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double spacing = image.geometry.spacing[axis], coarse_spacing = coarse.geometry.spacing[axis];
    const double last = static_cast<double>(image.geometry.size[axis] - 1) * spacing;
    head.low[axis] = object.counts[axis].place_of(kLeftOut) * coarse_spacing;
    head.high[axis] = std::min(object.counts[axis].place_of(1 - kLeftOut) * coarse_spacing, last);
    middle[axis] = (head.low[axis] + head.high[axis]) / 2;
    balance[axis] = object.mass > 0 ? object.moments[axis] / object.mass * coarse_spacing : middle[axis];
    whole[axis] = last / 2;
  }
  head.centre = place(image.geometry, middle), head.mass = place(image.geometry, balance);
  head.image_centre = place(image.geometry, whole);
  for (std::size_t corner = 0; corner < 8; ++corner) {
    Point at;
    for (std::size_t axis = 0; axis < 3; ++axis) at[axis] = corner >> axis & 1 ? head.high[axis] : head.low[axis];
    head.corners.push_back(place(image.geometry, at));
  }
  return head;
}

}  // namespace flowrun::registration
