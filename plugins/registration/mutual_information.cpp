#include "mutual_information.h"

#include <algorithm>
#include <cmath>

namespace flowrun::registration {
namespace {

constexpr int kEmptyBins = 2;        // at each end: the windows of the outermost values lie inside the histogram
constexpr std::int64_t kParts = 16;  // fixed, so that sums do not depend on threads
constexpr double kLeastInside = 0.2;

/// From values to bins, as ITK's metric does it.
struct Scale {
  float factor, shift;
  Scale(const ValueRange& range, int bins) {
    const double width = (static_cast<double>(range.high) - range.low) / (bins - 2 * kEmptyBins);
    factor = static_cast<float>(width > 0 ? 1 / width : 0);
    shift = static_cast<float>(kEmptyBins - (width > 0 ? range.low / width : 0));
  }
  float operator()(float value) const { return value * factor + shift; }
};

}  // namespace

ValueRange range_of(const std::vector<float>& values, double left_out) {
  if (values.empty()) return {};
  std::vector<float> some;
  const std::size_t stride = std::max<std::size_t>(1, values.size() / 1000000);  // exact where nothing is left out
  if (left_out == 0) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return {*low, *high};
  }
  for (std::size_t i = 0; i < values.size(); i += stride) some.push_back(values[i]);
  const auto at = [&](double share) {
    const auto place = some.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(some.size() - 1));
    std::nth_element(some.begin(), place, some.end());
    return *place;
  };
  const float low = at(left_out);
  return {low, at(1 - left_out)};
}

/// One part's histogram and the weight of its samples.
struct MutualInformation::Part {
  std::vector<float> joint;
  double weight = 0;
};

MutualInformation::MutualInformation(const Samples& samples, const Volume& moving, const Options& options)
    : options_(options), grid_(moving.geometry), to_voxels_(mm_to_voxels(moving.geometry)), moving_(moving.voxels) {
  const auto bound = [&](float bin) {
    return std::clamp(bin, float{kEmptyBins}, static_cast<float>(options.bins - kEmptyBins - 1));
  };
  const Scale fixed_scale(range_of(samples.values, options.left_out), options.bins);
  if (!samples.points.empty()) from_ = samples.points[samples.points.size() / 2];
  for (const Point& point : samples.points) {
    x_.push_back(static_cast<float>(point[0] - from_[0]));
    y_.push_back(static_cast<float>(point[1] - from_[1]));
    z_.push_back(static_cast<float>(point[2] - from_[2]));
  }
  for (const float value : samples.values) bin_.push_back(static_cast<std::uint16_t>(bound(std::floor(fixed_scale(value)))));
  const Scale moving_scale(range_of(moving.voxels, options.left_out), options.bins);
  const auto top = static_cast<float>(options.bins - kEmptyBins);  // the largest value lies at the upper end of its bin
  for (float& value : moving_) value = std::clamp(moving_scale(value), float{kEmptyBins}, top);
  for (std::size_t axis = 0; axis < 3; ++axis) last_[axis] = static_cast<float>(grid_.size[axis] - 1);
}

void MutualInformation::add_sample(float x, float y, float z, float weight, const float* corner, int fixed_bin,
                                   Part& part) const {
  const std::int64_t sx = grid_.size[0] > 1 ? 1 : 0, sy = grid_.size[1] > 1 ? grid_.size[0] : 0;
  const std::int64_t sz = grid_.size[2] > 1 ? grid_.size[0] * grid_.size[1] : 0;
  const auto along_x = [&](const float* at) { return at[0] + x * (at[sx] - at[0]); };
  const auto along_y = [&](const float* at) {
    const float low = along_x(at), high = along_x(at + sy);
    return low + y * (high - low);
  };
  const float low = along_y(corner), high = along_y(corner + sz), value = low + z * (high - low);
  const int bin = std::min(static_cast<int>(value), options_.bins - kEmptyBins - 1);
  const float f = value - static_cast<float>(bin), g = 1 - f;
  float* cells = part.joint.data() + fixed_bin * options_.bins + bin - 1;
  const float sixth = weight * (1.0F / 6);
  cells[0] += sixth * (g * g * g);
  cells[1] += sixth * (4 - 3 * f * f * (2 - f));
  cells[2] += sixth * (4 - 3 * g * g * (2 - g));
  cells[3] += sixth * (f * f * f);
  part.weight += static_cast<double>(weight);
}

void MutualInformation::add_samples(const std::array<float, 12>& m, std::int64_t begin, std::int64_t end, Part& part) const {
  const float edge = static_cast<float>(options_.soft_edge), per_voxel = edge > 0 ? 1 / edge : 0;
  const std::int64_t row = grid_.size[0], plane = grid_.size[0] * grid_.size[1];
  for (std::int64_t index = begin; index < end; ++index) {
    const auto i = static_cast<std::size_t>(index);
    const float px = x_[i], py = y_[i], pz = z_[i];
    const float x = m[0] * px + m[1] * py + m[2] * pz + m[3];
    const float y = m[4] * px + m[5] * py + m[6] * pz + m[7];
    const float z = m[8] * px + m[9] * py + m[10] * pz + m[11];
    const float within = std::min({x, last_[0] - x, y, last_[1] - y, z, last_[2] - z});
    if (!(within >= 0)) continue;
    const float weight = edge > 0 ? std::min(1.0F, within * per_voxel) : 1.0F;
    const auto vx = std::min(static_cast<std::int64_t>(x), std::max<std::int64_t>(grid_.size[0] - 2, 0));
    const auto vy = std::min(static_cast<std::int64_t>(y), std::max<std::int64_t>(grid_.size[1] - 2, 0));
    const auto vz = std::min(static_cast<std::int64_t>(z), std::max<std::int64_t>(grid_.size[2] - 2, 0));
    add_sample(x - static_cast<float>(vx), y - static_cast<float>(vy), z - static_cast<float>(vz), weight,
               moving_.data() + vx + row * vy + plane * vz, bin_[i], part);
  }
}

double MutualInformation::information(const std::vector<double>& joint) const {
  const auto bins = static_cast<std::size_t>(options_.bins);
  std::vector<double> fixed(bins, 0), moving(bins, 0);
  double sum = 0;
  for (std::size_t f = 0; f < bins; ++f)
    for (std::size_t m = 0; m < bins; ++m)
      fixed[f] += joint[f * bins + m], moving[m] += joint[f * bins + m], sum += joint[f * bins + m];
  double information = 0;
  for (std::size_t f = 0; f < bins; ++f)
    for (std::size_t m = 0; m < bins; ++m)
      if (const double p = joint[f * bins + m]; p > 0) information += p / sum * std::log(p * sum / (fixed[f] * moving[m]));
  return information;
}

double MutualInformation::value(const Affine& fixed_to_moving, const Work& work) const {
  const Affine exact = joined(joined({1, 0, 0, from_[0], 0, 1, 0, from_[1], 0, 0, 1, from_[2]}, fixed_to_moving), to_voxels_);
  std::array<float, 12> map;
  std::transform(exact.begin(), exact.end(), map.begin(), [](double v) { return static_cast<float>(v); });
  const auto cells = static_cast<std::size_t>(options_.bins) * static_cast<std::size_t>(options_.bins);
  std::vector<Part> parts(kParts);
  const std::int64_t count = sample_count();
  work.parallel_for(kParts, [&](std::int64_t part) {
    Part& mine = parts[static_cast<std::size_t>(part)];
    mine.joint.assign(cells, 0);
    add_samples(map, part * count / kParts, (part + 1) * count / kParts, mine);
  });
  std::vector<double> joint(cells, 0);
  double weight = 0;
  for (const Part& part : parts) {
    if (part.joint.empty()) return 0;  // cancelled
    weight += part.weight;
    for (std::size_t i = 0; i < cells; ++i) joint[i] += static_cast<double>(part.joint[i]);
  }
  if (!(weight >= kLeastInside * static_cast<double>(count)) || weight == 0) return 0;
  return information(joint);
}

}  // namespace flowrun::registration
