#include <algorithm>
#include <cmath>

#include "bias.h"
#include "interpolate.h"
#include "mutual_information.h"
#include "pyramid.h"
#include "sampling.h"

namespace flowrun::registration {
namespace {

constexpr int kRounds = 4;
constexpr std::size_t kBins = 64;
constexpr double kDistance = 4, kBlur = 2;  // mm: of the places looked at, and of both images there
constexpr float kOdd = 0.7F;                // a place further than this from what is expected (a factor of 2) is no sign of a field

/// One image at the places that are in the object of both.
struct Side {
  std::vector<float> logs;    ///< of its values
  std::vector<Point> voxels;  ///< the places, in voxels of its field
  Volume field;
};

/// The values without the field.
std::vector<float> corrected(const Side& side) {
  std::vector<float> values(side.logs.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = side.logs[i] - linear_value(side.field, side.voxels[i]);
  return values;
}

/// For each place the mean of `values` over all places where `other` is as there.
std::vector<float> expected(const std::vector<float>& values, const std::vector<float>& other) {
  const ValueRange range = range_of(other, 0.005);
  const float scale = range.high > range.low ? (kBins - 1) / (range.high - range.low) : 0;
  std::vector<double> sum(kBins, 0), count(kBins, 0);
  std::vector<std::size_t> bin(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    bin[i] = static_cast<std::size_t>((std::clamp(other[i], range.low, range.high) - range.low) * scale);
    sum[bin[i]] += static_cast<double>(values[i]), count[bin[i]] += 1;
  }
  std::vector<float> means(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) means[i] = static_cast<float>(sum[bin[i]] / count[bin[i]]);
  return means;
}

/// The smooth part of what the side's values have above those expected.
Volume field_of(const Side& side, const std::vector<float>& means, const Work& work) {
  Volume sum, weight;
  sum.geometry = weight.geometry = side.field.geometry;
  sum.voxels.assign(side.field.voxels.size(), 0);
  weight.voxels = sum.voxels;
  for (std::size_t i = 0; i < means.size(); ++i) {
    const float above = side.logs[i] - means[i];
    if (std::abs(above - linear_value(side.field, side.voxels[i])) > kOdd) continue;
    const auto at = static_cast<std::size_t>(nearest_index(sum.geometry, side.voxels[i]));
    sum.voxels[at] += above, weight.voxels[at] += 1;
  }
  return weighted_mean(sum, weight, work);
}

}  // namespace

Fields joint_fields(const Volume& fixed, const Head& fixed_head, const Volume& moving, const Head& moving_head,
                    const Affine& fixed_to_moving, const Fields& alone, const Work& work) {
  const Volume fixed_coarse = coarser(fixed, kBlur, kBlur, work), moving_coarse = coarser(moving, kBlur, kBlur, work);
  const Samples samples = spread_samples(fixed_coarse, fixed_head, 0, kDistance);
  const Affine in_moving = joined(fixed_to_moving, mm_to_voxels(moving_coarse.geometry));
  const Affine in_fixed_field = mm_to_voxels(alone.fixed.geometry);
  const Affine in_moving_field = joined(fixed_to_moving, mm_to_voxels(alone.moving.geometry));
  Side f{{}, {}, alone.fixed}, m{{}, {}, alone.moving};
  for (std::size_t i = 0; i < samples.points.size(); ++i) {
    const Point at = mapped(in_moving, samples.points[i]);
    if (!is_inside(moving.geometry.size, at) || !is_inside(moving_coarse.geometry.size, at)) continue;
    const float a = samples.values[i], b = linear_value(moving_coarse, at);
    if (!(a >= fixed_head.threshold && b >= moving_head.threshold && a > 0 && b > 0)) continue;
    const Point on_fixed = mapped(in_fixed_field, samples.points[i]), on_moving = mapped(in_moving_field, samples.points[i]);
    if (!is_inside(alone.fixed.geometry.size, on_fixed) || !is_inside(alone.moving.geometry.size, on_moving)) continue;
    f.logs.push_back(std::log(a)), f.voxels.push_back(on_fixed);
    m.logs.push_back(std::log(b)), m.voxels.push_back(on_moving);
  }
  for (int round = 0; round < kRounds && !f.logs.empty() && !work.cancelled(); ++round) {
    f.field = field_of(f, expected(corrected(f), corrected(m)), work);
    m.field = field_of(m, expected(corrected(m), corrected(f)), work);
  }
  return {f.field, m.field};
}

}  // namespace flowrun::registration
