// Which way an image's voxel axes run through the body, and images with their axes exchanged and flipped. Header only, standard
// library only.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/geometry.h"

namespace flowrun::grid {

/// Where one voxel axis runs: along world axis 0 (left-right), 1 (front-back) or 2 (feet-head), and whether towards that axis's
/// end in the LPS frame of Geometry (left, posterior, superior) or away from it.
struct AxisRun {
  std::size_t world = 0;
  bool forward = true;
  bool operator==(const AxisRun&) const = default;
};

/// Of the voxel axes x, y, z. Each world axis occurs once.
using Axes = std::array<AxisRun, 3>;

/// Two assignments of axes whose sums of cosines differ by less than this are equally near: files keep directions in float32.
inline constexpr double kNearnessTolerance = 1e-4;

namespace axes_detail {

/// A way to give each world axis one voxel axis.
using Order = std::array<std::size_t, 3>;

inline double cosine(const Geometry& geometry, std::size_t world, std::size_t axis) {
  return geometry.direction[3 * world + axis];
}

inline double nearness(const Geometry& geometry, const Order& order) {
  double sum = 0;
  for (std::size_t world = 0; world < 3; ++world) sum += std::abs(cosine(geometry, world, order[world]));
  return sum;
}

/// Whether the first axis that differs leans more to the front of the list left, posterior, superior in `a`, each axis taken
/// towards the end of its own world axis. Says the same however the image is stored, which the order of its axes would not.
inline bool leans_further(const Geometry& geometry, const Order& a, const Order& b) {
  for (std::size_t of = 0; of < 3; ++of) {
    for (std::size_t world = 0; world < 3; ++world) {
      const auto part = [&](const Order& order) {
        const double value = cosine(geometry, world, order[of]);
        return cosine(geometry, of, order[of]) < 0 ? -value : value;
      };
      if (std::abs(part(a) - part(b)) > kNearnessTolerance) return part(a) > part(b);
    }
  }
  return false;
}

inline Order nearest_order(const Geometry& geometry) {
  Order order{0, 1, 2}, best = order;
  while (std::next_permutation(order.begin(), order.end())) {
    const double gain = nearness(geometry, order) - nearness(geometry, best);
    if (gain > kNearnessTolerance || (gain > -kNearnessTolerance && leans_further(geometry, order, best))) best = order;
  }
  return best;
}

}  // namespace axes_detail

/// The world axis that each voxel axis is nearest to: of the six ways to give each its own, the one with the largest sum of
/// cosines (as nibabel's aff2axcodes finds it, but for images turned by 45 degrees and the like). Of equally near ones (within
/// kNearnessTolerance) the one whose left-right axis, taken towards left, points more to the left, then more to posterior, then
/// more to superior; then likewise its front-back axis. So the answer depends on the place of the voxels alone and not on the
/// order in which they are stored. Throws Error, which speaks of the image by `name`, for a direction without direction.
inline Axes axes_of(const Geometry& geometry, const std::string& name = "an image") {
  const axes_detail::Order order = axes_detail::nearest_order(geometry);
  Axes axes;
  for (std::size_t world = 0; world < 3; ++world) {
    const double along = axes_detail::cosine(geometry, world, order[world]);
    if (!(std::abs(along) > 0))
      throw Error("'" + name +
                  "' has a direction that is not three unit vectors at right angles; the plugin that made it is at fault");
    axes[order[world]] = {world, along > 0};
  }
  return axes;
}

/// Three letters for the side that x, y and z run towards, each of L or R, A or P, S or I: "LPS" is the identity direction of
/// Geometry. As nibabel's aff2axcodes and NIfTI tools name axes; ITK's older three letters ("RAI") name the side where they
/// begin.
inline std::string axes_words(const Axes& axes) {
  std::string text;
  for (const AxisRun& run : axes) text += std::string_view(run.forward ? "LPS" : "RAI")[run.world];
  return text;
}

/// The axes of three such letters; nothing when they are no axes ("RRS").
inline std::optional<Axes> axes_from(std::string_view words) {
  constexpr std::string_view kForward = "LPS", kBackward = "RAI";
  if (words.size() != 3) return std::nullopt;
  Axes axes;
  std::array<bool, 3> seen{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const bool forward = kForward.find(words[axis]) != std::string_view::npos;
    const std::size_t world = (forward ? kForward : kBackward).find(words[axis]);
    if (world == std::string_view::npos || seen[world]) return std::nullopt;
    seen[world] = true;
    axes[axis] = {world, forward};
  }
  return axes;
}

/// All 48 names of axes, "LPS" first.
inline std::vector<std::string> all_axes() {
  std::vector<std::string> names;
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    for (int flips = 0; flips < 8; ++flips) {
      Axes axes;
      for (std::size_t axis = 0; axis < 3; ++axis) axes[axis] = {order[axis], (flips >> axis & 1) == 0};
      names.push_back(axes_words(axes));
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return names;
}

/// How to get from one order of axes to another: axis i of the result is axis `from[i]` of the image, backwards where flipped.
struct Turn {
  std::array<std::size_t, 3> from{0, 1, 2};
  std::array<bool, 3> flipped{false, false, false};
  bool is_identity() const { return *this == Turn{}; }
  bool operator==(const Turn&) const = default;
};

inline Turn turn_between(const Axes& have, const Axes& wanted) {
  Turn turn;
  for (std::size_t to = 0; to < 3; ++to)
    for (std::size_t from = 0; from < 3; ++from)
      if (have[from].world == wanted[to].world) {
        turn.from[to] = from;
        turn.flipped[to] = have[from].forward != wanted[to].forward;
      }
  return turn;
}

/// The grid with its axes exchanged and flipped: every voxel keeps its place in the world.
inline Geometry turned(const Geometry& geometry, const Turn& turn) {
  Geometry result = geometry;
  for (std::size_t to = 0; to < 3; ++to) {
    const std::size_t from = turn.from[to];
    result.size[to] = geometry.size[from];
    result.spacing[to] = geometry.spacing[from];
    const double last = static_cast<double>(std::max<std::int64_t>(geometry.size[from] - 1, 0));
    for (std::size_t world = 0; world < 3; ++world) {
      const double along = geometry.direction[3 * world + from];
      result.direction[3 * world + to] = (turn.flipped[to] ? -along : along) + 0.0;  // -0 becomes 0
      if (turn.flipped[to]) result.origin[world] += along * geometry.spacing[from] * last;
    }
  }
  return result;
}

/// The voxels of an image of this grid in the order of the turned one. Copies; nothing is computed.
template <class T>
std::vector<T> turned(const std::vector<T>& voxels, const Geometry& geometry, const Turn& turn) {
  const std::array<std::int64_t, 3> strides{1, geometry.size[0], geometry.size[0] * geometry.size[1]};
  std::array<std::int64_t, 3> size{}, step{};
  std::int64_t first = 0;
  for (std::size_t to = 0; to < 3; ++to) {
    const std::size_t from = turn.from[to];
    size[to] = geometry.size[from];
    step[to] = turn.flipped[to] ? -strides[from] : strides[from];
    if (turn.flipped[to]) first += strides[from] * (size[to] - 1);
  }
  std::vector<T> result(voxels.size());
  if (voxels.empty()) return result;
  T* out = result.data();
  for (std::int64_t z = 0; z < size[2]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      const T* in = voxels.data() + first + z * step[2] + y * step[1];
      if (step[0] == 1) out = std::copy_n(in, size[0], out);
      else
        for (std::int64_t x = 0; x < size[0]; ++x) *out++ = in[x * step[0]];
    }
  }
  return result;
}

}  // namespace flowrun::grid
