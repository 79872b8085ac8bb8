#include "log_field.h"

#include <algorithm>
#include <cstddef>

namespace flowrun::restore {
namespace {

/// The four control points that a voxel lies among, and what each counts for.
struct Support {
  std::int64_t first = 0;
  std::array<double, 4> weights{};
};

/// The uniform cubic B-spline's four basis functions at `t`, 0 to 1, within one element of the mesh.
std::array<double, 4> basis(double t) {
  const double s = 1 - t;
  return {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, t * t * t / 6};
}

std::vector<Support> supports(std::int64_t points, std::int64_t size, std::int64_t below, std::int64_t above) {
  const std::int64_t elements = points - 3, last = size + below + above - 1;
  std::vector<Support> found;
  for (std::int64_t i = 0; i < size; ++i) {
    const double at = static_cast<double>(elements) * static_cast<double>(i + below) / static_cast<double>(last);
    const std::int64_t element = std::min(static_cast<std::int64_t>(at), elements - 1);
    found.push_back({element, basis(at - static_cast<double>(element))});
  }
  return found;
}

/// Sums of four layers of `length` values, `stride` from one layer to the next.
std::vector<double> collapsed(const double* layers, std::int64_t stride, std::int64_t length, const Support& support) {
  std::vector<double> sum(static_cast<std::size_t>(length), 0.0);
  for (std::int64_t k = 0; k < 4; ++k) {
    const double* layer = layers + (support.first + k) * stride;
    for (std::int64_t i = 0; i < length; ++i)
      sum[static_cast<std::size_t>(i)] += support.weights[static_cast<std::size_t>(k)] * layer[i];
  }
  return sum;
}

void sample_row(const std::vector<double>& line, const std::vector<Support>& along_x, float* row) {
  for (const Support& support : along_x) {
    const double* points = line.data() + support.first;
    const auto& w = support.weights;
    *row++ = static_cast<float>(w[0] * points[0] + w[1] * points[1] + w[2] * points[2] + w[3] * points[3]);
  }
}

}  // namespace

std::vector<float> sampled(const Lattice& lattice, const std::array<std::int64_t, 3>& size, const Padding& padding,
                           Context& context) {
  std::array<std::vector<Support>, 3> along;
  for (std::size_t axis = 0; axis < 3; ++axis)
    along[axis] = supports(lattice.size[axis], size[axis], padding.below[axis], padding.above[axis]);
  const std::vector<double> points(lattice.values.begin(), lattice.values.end());
  const std::int64_t row = lattice.size[0], plane = row * lattice.size[1];
  std::vector<float> field(static_cast<std::size_t>(size[0] * size[1] * size[2]));
  context.parallel_for(size[2], [&](std::int64_t z) {
    if (context.cancelled()) return;
    const std::vector<double> layer = collapsed(points.data(), plane, plane, along[2][static_cast<std::size_t>(z)]);
    for (std::int64_t y = 0; y < size[1]; ++y)
      sample_row(collapsed(layer.data(), row, row, along[1][static_cast<std::size_t>(y)]), along[0],
                 field.data() + size[0] * (y + size[1] * z));
  });
  return field;
}

}  // namespace flowrun::restore
