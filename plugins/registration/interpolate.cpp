#include "interpolate.h"

#include <algorithm>
#include <numbers>

namespace flowrun::registration {
namespace {

/// Weights along one axis and the voxels that they belong to.
template <std::size_t count>
struct Window {
  std::array<std::int64_t, count> at;
  std::array<double, count> weight;
};

template <std::size_t count>
float weighted_sum(const Volume& image, const std::array<Window<count>, 3>& windows) {
  const auto& size = image.geometry.size;
  double sum = 0;
  for (std::size_t z = 0; z < count; ++z) {
    double plane = 0;
    for (std::size_t y = 0; y < count; ++y) {
      const float* row = image.voxels.data() + size[0] * (windows[1].at[y] + size[1] * windows[2].at[z]);
      double line = 0;
      for (std::size_t x = 0; x < count; ++x) line += windows[0].weight[x] * static_cast<double>(row[windows[0].at[x]]);
      plane += windows[1].weight[y] * line;
    }
    sum += windows[2].weight[z] * plane;
  }
  return static_cast<float>(sum);
}

/// Indices run back at the outermost voxels, as in ... 2 1 0 1 2 ...
std::int64_t mirrored(std::int64_t at, std::int64_t size) {
  if (size == 1) return 0;
  const std::int64_t period = 2 * size - 2;
  at = (at % period + period) % period;
  return at < size ? at : period - at;
}

Window<4> spline_window(double at, std::int64_t size) {
  Window<4> window;
  const double low = std::floor(at), f = at - low, g = 1 - f;
  window.weight = {g * g * g / 6, (4 - 3 * f * f * (2 - f)) / 6, (4 - 3 * g * g * (2 - g)) / 6, f * f * f / 6};
  for (std::size_t i = 0; i < 4; ++i)
    window.at[i] = mirrored(static_cast<std::int64_t>(low) - 1 + static_cast<std::int64_t>(i), size);
  return window;
}

Window<2 * kSincRadius> sinc_window(double at, std::int64_t size) {
  Window<2 * kSincRadius> window;
  const double low = std::floor(at), share = at - low;
  for (int i = 0; i < 2 * kSincRadius; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const double x = share + kSincRadius - 1 - i, turn = std::numbers::pi * x;
    const double hamming = 0.54 + 0.46 * std::cos(turn / kSincRadius);
    window.weight[k] = hamming * (x == 0 ? 1 : std::sin(turn) / turn);  // also where the share is rounded to 1
    window.at[k] = std::clamp<std::int64_t>(static_cast<std::int64_t>(low) - kSincRadius + 1 + i, 0, size - 1);
  }
  return window;
}

/// Samples of one line become coefficients: a filter forwards and one back, with the spline's pole.
void filter_line(std::vector<double>& line) {
  const double pole = std::sqrt(3.0) - 2;
  const std::size_t count = line.size();
  if (count == 1) return;
  constexpr std::size_t kReach = 30;  // the pole to this power is below 1e-17
  double first = 0, power = 1;
  for (std::size_t i = 0; i < kReach; ++i, power *= pole)
    first += power * line[static_cast<std::size_t>(mirrored(static_cast<std::int64_t>(i), static_cast<std::int64_t>(count)))];
  const double gain = (1 - pole) * (1 - 1 / pole);
  line[0] = first;
  for (std::size_t i = 1; i < count; ++i) line[i] += pole * line[i - 1];
  line[count - 1] = pole / (pole * pole - 1) * (line[count - 1] + pole * line[count - 2]);
  for (std::size_t i = count - 1; i-- > 0;) line[i] = pole * (line[i + 1] - line[i]);
  for (double& value : line) value *= gain;
}

void filter_axis(Volume& image, std::size_t axis, const Work& work) {
  const auto& size = image.geometry.size;
  const std::array<std::int64_t, 3> stride{1, size[0], size[0] * size[1]};
  const std::size_t inner = axis == 0 ? 1 : 0, outer = axis == 2 ? 1 : 2;
  work.parallel_for(size[outer], [&](std::int64_t o) {
    std::vector<double> line(static_cast<std::size_t>(size[axis]));
    for (std::int64_t i = 0; i < size[inner]; ++i) {
      float* first = image.voxels.data() + o * stride[outer] + i * stride[inner];
      for (std::size_t k = 0; k < line.size(); ++k)
        line[k] = static_cast<double>(first[static_cast<std::int64_t>(k) * stride[axis]]);
      filter_line(line);
      for (std::size_t k = 0; k < line.size(); ++k)
        first[static_cast<std::int64_t>(k) * stride[axis]] = static_cast<float>(line[k]);
    }
  });
}

}  // namespace

Corners::Corners(const Geometry& grid, const Point& at) {
  std::array<std::int64_t, 3> low, high;
  Point f;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double place = std::clamp(at[axis], 0.0, static_cast<double>(grid.size[axis] - 1));
    low[axis] = static_cast<std::int64_t>(place);
    high[axis] = std::min(low[axis] + 1, grid.size[axis] - 1);
    f[axis] = place - static_cast<double>(low[axis]);
  }
  for (std::size_t corner = 0; corner < 8; ++corner) {
    const bool x = corner & 1, y = corner & 2, z = corner & 4;
    index[corner] = grid.index_of(x ? high[0] : low[0], y ? high[1] : low[1], z ? high[2] : low[2]);
    share[corner] = (x ? f[0] : 1 - f[0]) * (y ? f[1] : 1 - f[1]) * (z ? f[2] : 1 - f[2]);
  }
}

float linear_value(const Volume& image, const Point& at) {
  const Corners corners(image.geometry, at);
  double sum = 0;
  for (std::size_t i = 0; i < 8; ++i)
    if (corners.share[i] > 0)
      sum += corners.share[i] * static_cast<double>(image.voxels[static_cast<std::size_t>(corners.index[i])]);
  return static_cast<float>(sum);
}

Volume spline_coefficients(const Volume& image, const Work& work) {
  Volume result;
  result.geometry = image.geometry;
  result.voxels = image.voxels;
  for (std::size_t axis = 0; axis < 3; ++axis) filter_axis(result, axis, work);
  return result;
}

float spline_value(const Volume& coefficients, const Point& at) {
  const auto& size = coefficients.geometry.size;
  return weighted_sum<4>(coefficients,
                         {spline_window(at[0], size[0]), spline_window(at[1], size[1]), spline_window(at[2], size[2])});
}

float sinc_value(const Volume& image, const Point& at) {
  const auto& size = image.geometry.size;
  return weighted_sum<2 * kSincRadius>(image,
                                       {sinc_window(at[0], size[0]), sinc_window(at[1], size[1]), sinc_window(at[2], size[2])});
}

}  // namespace flowrun::registration
