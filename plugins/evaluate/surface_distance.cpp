#include "surface_distance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flowrun::evaluate {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Voxel = std::array<std::int64_t, 3>;

bool on_surface(const Mask& mask, const Voxel& voxel, std::int64_t index) {
  const auto& size = mask.geometry.size;
  const std::array<std::int64_t, 3> step{1, size[0], size[0] * size[1]};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (voxel[axis] == 0 || voxel[axis] + 1 == size[axis]) return true;
    if (!mask.voxels[static_cast<std::size_t>(index - step[axis])]) return true;
    if (!mask.voxels[static_cast<std::size_t>(index + step[axis])]) return true;
  }
  return false;
}

std::vector<Voxel> surface_of(const Mask& mask) {
  std::vector<Voxel> surface;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) {
    if (!mask.voxels[i]) continue;
    const auto index = static_cast<std::int64_t>(i);
    const Voxel voxel = mask.geometry.voxel_at(index);
    if (on_surface(mask, voxel, index)) surface.push_back(voxel);
  }
  return surface;
}

/// The box around voxels; distances need not be known outside of it.
struct Box {
  Voxel low{}, size{};
  std::size_t index_of(const Voxel& voxel) const {
    return static_cast<std::size_t>((voxel[0] - low[0]) + size[0] * ((voxel[1] - low[1]) + size[1] * (voxel[2] - low[2])));
  }
};

Box box_around(const std::vector<Voxel>& a, const std::vector<Voxel>& b) {
  Voxel low = a.front(), high = a.front();
  for (const auto* voxels : {&a, &b})
    for (const Voxel& voxel : *voxels)
      for (std::size_t axis = 0; axis < 3; ++axis) {
        low[axis] = std::min(low[axis], voxel[axis]);
        high[axis] = std::max(high[axis], voxel[axis]);
      }
  return {low, {high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1}};
}

/// Replaces each value f(q) of a line by the least of f(p) + (spacing * (q - p))^2 over all p: the lower envelope of parabolas
/// (Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 2012).
class Line {
 public:
  explicit Line(std::size_t longest) : vertex_(longest), from_(longest), value_(longest) {}

  void transform(double* first, std::int64_t stride, std::int64_t length, double spacing) {
    const std::size_t parabolas = envelope(first, stride, length, spacing);
    if (parabolas == 0) return;
    std::size_t k = 0;
    for (std::int64_t q = 0; q < length; ++q) {
      const double at = spacing * static_cast<double>(q);
      while (k + 1 < parabolas && from_[k + 1] < at) ++k;
      const double step = at - spacing * static_cast<double>(vertex_[k]);
      first[q * stride] = value_[k] + step * step;
    }
  }

 private:
  /// The parabolas of the envelope from left to right: where their vertices and values are, and from which place on they are
  /// the lowest. Gives their number.
  std::size_t envelope(const double* first, std::int64_t stride, std::int64_t length, double spacing) {
    std::size_t count = 0;
    for (std::int64_t q = 0; q < length; ++q) {
      const double value = first[q * stride];
      if (value == kInfinity) continue;
      double from = -kInfinity;
      for (; count > 0; --count) {  // parabolas that the new one lies below everywhere to the right of their start go
        from = meeting(vertex_[count - 1], value_[count - 1], q, value, spacing);
        if (from > from_[count - 1]) break;
      }
      from_[count] = count == 0 ? -kInfinity : from;
      vertex_[count] = q;
      value_[count++] = value;
    }
    return count;
  }

  /// Where the parabola over p meets the one over q > p.
  static double meeting(std::int64_t p, double value_p, std::int64_t q, double value_q, double spacing) {
    const double x_p = spacing * static_cast<double>(p), x_q = spacing * static_cast<double>(q);
    return ((value_q + x_q * x_q) - (value_p + x_p * x_p)) / (2 * (x_q - x_p));
  }

  std::vector<std::int64_t> vertex_;
  std::vector<double> from_, value_;
};

/// Squared distances in mm2 to the nearest of some voxels, everywhere in the box.
std::vector<double> squared_distances(const std::vector<Voxel>& voxels, const Box& box, const std::array<double, 3>& spacing) {
  std::vector<double> squared(static_cast<std::size_t>(box.size[0] * box.size[1] * box.size[2]), kInfinity);
  for (const Voxel& voxel : voxels) squared[box.index_of(voxel)] = 0;
  Line line(static_cast<std::size_t>(*std::max_element(box.size.begin(), box.size.end())));
  const Voxel stride{1, box.size[0], box.size[0] * box.size[1]};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t second = axis == 0 ? 1 : 0, third = axis == 2 ? 1 : 2;
    for (std::int64_t j = 0; j < box.size[third]; ++j)
      for (std::int64_t i = 0; i < box.size[second]; ++i)
        line.transform(squared.data() + i * stride[second] + j * stride[third], stride[axis], box.size[axis], spacing[axis]);
  }
  return squared;
}

std::vector<double> distances(const std::vector<Voxel>& from, const std::vector<Voxel>& to, const Box& box,
                              const std::array<double, 3>& spacing) {
  const std::vector<double> squared = squared_distances(to, box, spacing);
  std::vector<double> found;
  found.reserve(from.size());
  for (const Voxel& voxel : from) found.push_back(std::sqrt(squared[box.index_of(voxel)]));
  return found;
}

}  // namespace

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return kNan;
  std::sort(values.begin(), values.end());
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (rank - static_cast<double>(below)) * (values[above] - values[below]);
}

SurfaceDistance surface_distance(const Mask& a, const Mask& b) {
  const std::vector<Voxel> surface_a = surface_of(a), surface_b = surface_of(b);
  if (surface_a.empty() || surface_b.empty()) return {kNan, kNan};
  const Box box = box_around(surface_a, surface_b);
  std::vector<double> a_to_b = distances(surface_a, surface_b, box, a.geometry.spacing);
  std::vector<double> b_to_a = distances(surface_b, surface_a, box, a.geometry.spacing);
  const double sum = std::accumulate(a_to_b.begin(), a_to_b.end(), 0.0) + std::accumulate(b_to_a.begin(), b_to_a.end(), 0.0);
  return {sum / static_cast<double>(a_to_b.size() + b_to_a.size()), std::max(quantile(a_to_b, 0.95), quantile(b_to_a, 0.95))};
}

}  // namespace flowrun::evaluate
