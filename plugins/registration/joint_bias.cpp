#include <algorithm>
#include <cmath>

#include "bias.h"
#include "interpolate.h"
#include "mutual_information.h"
#include "pyramid.h"
#include "sampling.h"

namespace flowrun::registration {
namespace {

constexpr int kRounds = 6;
constexpr std::size_t kBins = 64;
constexpr double kDistance = 4, kBlur = 2;  // mm: of the places looked at, and of both images there
constexpr double kOdd = 0.7;  // a place further than this from what is expected (a factor of 2) is no sign of a field

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

/// Powers of x, y and z, whose sums make a smooth field: all products up to the third degree.
constexpr std::size_t kTerms = 20;
using Terms = std::array<double, kTerms>;

/// Places of a field's grid as numbers from -1 to 1 within the object; beyond it they stay at its border.
struct Frame {
  Point low{0, 0, 0}, high{0, 0, 0};
  explicit Frame(const std::vector<Point>& voxels) : low(voxels.front()), high(voxels.front()) {
    for (const Point& voxel : voxels)
      for (std::size_t k = 0; k < 3; ++k) low[k] = std::min(low[k], voxel[k]), high[k] = std::max(high[k], voxel[k]);
  }
  Terms terms(const Point& voxel) const {
    Point p;
    for (std::size_t k = 0; k < 3; ++k)
      p[k] = high[k] > low[k] ? 2 * (std::clamp(voxel[k], low[k], high[k]) - low[k]) / (high[k] - low[k]) - 1 : 0;
    Terms terms;
    std::size_t at = 0;
    double x = 1;
    for (int i = 0; i <= 3; ++i, x *= p[0]) {
      double y = 1;
      for (int j = 0; i + j <= 3; ++j, y *= p[1]) {
        double z = 1;
        for (int k = 0; i + j + k <= 3; ++k, z *= p[2]) terms[at++] = x * y * z;
      }
    }
    return terms;
  }
};

/// Solves a symmetric, positive definite system in place (Cholesky). Terms without support get 0.
Terms solved(std::array<Terms, kTerms> matrix, Terms right) {
  constexpr double kRidge = 1e-6;
  for (std::size_t i = 0; i < kTerms; ++i) {
    matrix[i][i] *= 1 + kRidge, matrix[i][i] += kRidge;
    for (std::size_t j = 0; j <= i; ++j) {
      for (std::size_t k = 0; k < j; ++k) matrix[i][j] -= matrix[i][k] * matrix[j][k];
      matrix[i][j] = i == j ? std::sqrt(matrix[i][i]) : matrix[i][j] / matrix[j][j];
    }
  }
  for (std::size_t i = 0; i < kTerms; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  for (std::size_t i = kTerms; i-- > 0;) {
    for (std::size_t k = i + 1; k < kTerms; ++k) right[i] -= matrix[k][i] * right[k];
    right[i] /= matrix[i][i];
  }
  return right;
}

/// The smooth part of what the side's values have above those expected: the best polynomial of the third degree.
Volume field_of(const Side& side, const std::vector<float>& means) {
  const Frame frame(side.voxels);
  std::array<Terms, kTerms> matrix{};
  Terms right{};
  for (std::size_t i = 0; i < means.size(); ++i) {
    const auto above = static_cast<double>(side.logs[i] - means[i]);
    if (std::abs(above - static_cast<double>(linear_value(side.field, side.voxels[i]))) > kOdd) continue;
    const Terms terms = frame.terms(side.voxels[i]);
    for (std::size_t a = 0; a < kTerms; ++a) {
      right[a] += terms[a] * above;
      for (std::size_t b = 0; b <= a; ++b) matrix[a][b] += terms[a] * terms[b];
    }
  }
  const Terms factors = solved(matrix, right);
  Volume field;
  field.geometry = side.field.geometry;
  for (std::int64_t i = 0; i < field.geometry.voxel_count(); ++i) {
    const auto at = field.geometry.voxel_at(i);
    const Terms terms = frame.terms({static_cast<double>(at[0]), static_cast<double>(at[1]), static_cast<double>(at[2])});
    double sum = 0;
    for (std::size_t a = 0; a < kTerms; ++a) sum += factors[a] * terms[a];
    field.voxels.push_back(static_cast<float>(sum));
  }
  return field;
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
    f.field = field_of(f, expected(corrected(f), corrected(m)));
    m.field = field_of(m, expected(corrected(m), corrected(f)));
  }
  return {f.field, m.field};
}

}  // namespace flowrun::registration
