#include "common/distance/distance.h"

#include <algorithm>
#include <limits>

namespace flowrun::distance {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One line of values f(p), replaced by the least f(p) + (spacing (q - p))^2 over all p, for each q. Keeps its room from line to
/// line.
class Line {
 public:
  Line(std::int64_t length, double spacing, double limit) : spacing_(spacing), limit_(limit) {
    const auto count = static_cast<std::size_t>(length);
    values.resize(count);
    places_.resize(count);
    heights_.resize(count);
    starts_.resize(count);
  }

  void transform() {
    parabolas_ = 0;
    for (std::size_t p = 0; p < values.size(); ++p)
      if (values[p] < kInfinity) add(spacing_ * static_cast<double>(p), values[p]);
    if (parabolas_ == 0) return;
    std::size_t lowest = 0;
    for (std::size_t q = 0; q < values.size(); ++q) {
      const double place = spacing_ * static_cast<double>(q);
      while (lowest + 1 < parabolas_ && starts_[lowest + 1] < place) ++lowest;
      const double step = place - places_[lowest], value = heights_[lowest] + step * step;
      values[q] = value > limit_ ? kInfinity : value;
    }
  }

  std::vector<double> values;

 private:
  /// Where the new parabola, whose vertex lies to the right, becomes lower than an earlier one.
  double meeting(std::size_t earlier, double place, double height) const {
    const double before = places_[earlier];
    return (height - heights_[earlier]) / (2 * (place - before)) + (place + before) / 2;
  }

  void add(double place, double height) {
    double start = -kInfinity;
    for (; parabolas_ > 0; --parabolas_) {  // an earlier one that is nowhere the lowest any more is dropped
      start = meeting(parabolas_ - 1, place, height);
      if (start > starts_[parabolas_ - 1]) break;
    }
    places_[parabolas_] = place;
    heights_[parabolas_] = height;
    starts_[parabolas_++] = start;
  }

  double spacing_, limit_;
  std::vector<double> places_, heights_, starts_;  ///< of the parabolas of the envelope, from left to right
  std::size_t parabolas_ = 0;
};

/// All lines of one axis that lie in plane `plane` of another.
struct Lines {
  std::int64_t count, pitch, length, stride;
};

void transform_lines(double* first, const Lines& lines, Line& line) {
  for (std::int64_t i = 0; i < lines.count; ++i) {
    double* const start = first + i * lines.pitch;
    bool any = false;
    for (std::int64_t q = 0; q < lines.length; ++q) {
      line.values[static_cast<std::size_t>(q)] = start[q * lines.stride];
      any |= start[q * lines.stride] < kInfinity;
    }
    if (!any) continue;
    line.transform();
    for (std::int64_t q = 0; q < lines.length; ++q) start[q * lines.stride] = line.values[static_cast<std::size_t>(q)];
  }
}

}  // namespace

std::vector<double> squared_distance(const Mask& mask, bool of, double limit, Context& context) {
  const auto& size = mask.geometry.size;
  const auto& spacing = mask.geometry.spacing;
  const std::int64_t plane = size[0] * size[1];
  std::vector<double> distance(mask.voxels.size());
  std::transform(mask.voxels.begin(), mask.voxels.end(), distance.begin(),
                 [of](std::uint8_t value) { return (value != 0) == of ? 0 : kInfinity; });
  context.parallel_for(size[2], [&](std::int64_t z) {
    if (context.cancelled()) return;
    Line along_x(size[0], spacing[0], limit), along_y(size[1], spacing[1], limit);
    transform_lines(distance.data() + z * plane, {size[1], size[0], size[0], 1}, along_x);
    transform_lines(distance.data() + z * plane, {size[0], 1, size[1], size[0]}, along_y);
  });
  context.parallel_for(size[1], [&](std::int64_t y) {
    if (context.cancelled()) return;
    Line along_z(size[2], spacing[2], limit);
    transform_lines(distance.data() + y * size[0], {size[0], 1, size[2], plane}, along_z);
  });
  return distance;
}

}  // namespace flowrun::distance
