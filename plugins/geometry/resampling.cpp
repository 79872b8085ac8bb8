#include "resampling.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <new>

#include "flowrun/sdk/error.h"

namespace flowrun::geometry {
namespace {

using Place = std::array<double, 3>;

/// The outer corner of the first voxel, in mm.
Place first_corner(const Geometry& grid) {
  Place corner = grid.origin;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t axis = 0; axis < 3; ++axis) corner[row] -= grid.direction[3 * row + axis] * grid.spacing[axis] / 2;
  return corner;
}

double length(const Geometry& grid, std::size_t axis) { return static_cast<double>(grid.size[axis]) * grid.spacing[axis]; }

std::string words(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

void add(std::string& text, const std::string& part) { text += (text.empty() ? "" : ", ") + part; }

bool is_turned(const Geometry& a, const Geometry& b) {
  for (std::size_t i = 0; i < 9; ++i)
    if (!(std::abs(a.direction[i] - b.direction[i]) < kGridTolerance)) return true;
  return false;
}

std::vector<std::int64_t> nearest_voxels(std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> voxels(static_cast<std::size_t>(to));
  for (std::int64_t i = 0; i < to; ++i)
    voxels[static_cast<std::size_t>(i)] = std::min((2 * i + 1) * from / (2 * to), from - 1);
  return voxels;
}

/// Between which voxels of an axis a centre lies, and the share of the second.
struct Between {
  std::int64_t first, second;
  double share;
};

std::vector<Between> linear_voxels(std::int64_t from, std::int64_t to) {
  std::vector<Between> places(static_cast<std::size_t>(to));
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
    const double inside = std::clamp(centre, 0.0, static_cast<double>(from - 1));
    const auto first = static_cast<std::int64_t>(inside);
    places[static_cast<std::size_t>(i)] = {first, std::min(first + 1, from - 1), inside - static_cast<double>(first)};
  }
  return places;
}

/// Between two values; an infinite neighbour without a share must not make NaN.
double mixed(double a, double b, double share) { return share == 0 ? a : a + (b - a) * share; }

struct Rows {
  const float* row[4];  ///< y and z: first first, second first, first second, second second
  double y, z;

  double at(const Between& x) const {
    double value[4];
    for (int i = 0; i < 4; ++i) value[i] = mixed(row[i][x.first], row[i][x.second], x.share);
    return mixed(mixed(value[0], value[1], y), mixed(value[2], value[3], y), z);
  }
};

template <class Image, class Values>
Image with_memory(const Image& image, const std::string& name, const Geometry& to, Values&& values) {
  Image result;
  try {
    result.voxels = values();
  } catch (const std::bad_alloc&) {
    throw Error("there is not enough memory for '" + name + "' with " + words_of(to.size) + " voxels; ask for fewer");
  }
  result.geometry = to;
  result.source = image.source;
  result.facts = image.facts;
  return result;
}

}  // namespace

std::string words_of(const Voxels& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]);
}

Geometry resized(const Geometry& grid, const Voxels& size) {
  Geometry result = grid;
  result.size = size;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (size[axis] == grid.size[axis]) continue;
    result.spacing[axis] = length(grid, axis) / static_cast<double>(size[axis]);
    const double shift = (result.spacing[axis] - grid.spacing[axis]) / 2;
    for (std::size_t row = 0; row < 3; ++row) result.origin[row] += grid.direction[3 * row + axis] * shift;
  }
  return result;
}

std::string box_difference(const Geometry& a, const Geometry& b) {
  const double tolerance = kGridTolerance * std::min(*std::min_element(a.spacing.begin(), a.spacing.end()),
                                                     *std::min_element(b.spacing.begin(), b.spacing.end()));
  std::string text;
  if (is_turned(a, b)) add(text, "the directions of their axes");
  const Place corner_a = first_corner(a), corner_b = first_corner(b);
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (!(std::abs(length(a, axis) - length(b, axis)) < tolerance))
      add(text, std::string("the length along ") + "xyz"[axis] + " " + words(length(a, axis)) + " and " +
                    words(length(b, axis)) + " mm");
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (!(std::abs(corner_a[axis] - corner_b[axis]) < tolerance)) {
      add(text, "the first corner (" + words(corner_a[0]) + ", " + words(corner_a[1]) + ", " + words(corner_a[2]) + ") and (" +
                    words(corner_b[0]) + ", " + words(corner_b[1]) + ", " + words(corner_b[2]) + ") mm");
      break;
    }
  return text;
}

void require_box(const Geometry& grid, const std::string& name) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (grid.size[axis] < 1)
      throw Error("'" + name + "' has no voxels along " + "xyz"[axis] + ", so there is nothing to resize; look at what made it");
    if (!(grid.spacing[axis] > 0) || !std::isfinite(length(grid, axis)) || !std::isfinite(grid.origin[axis]))
      throw Error("'" + name + "' has a spacing that is not above 0, or an origin that is no number; repair its header first");
  }
}

template <class T>
std::vector<T> nearest(Context& context, const std::vector<T>& voxels, const Geometry& from, const Geometry& to) {
  const auto xs = nearest_voxels(from.size[0], to.size[0]), ys = nearest_voxels(from.size[1], to.size[1]),
             zs = nearest_voxels(from.size[2], to.size[2]);
  std::vector<T> result(static_cast<std::size_t>(to.voxel_count()));
  context.parallel_for(to.size[2], [&](std::int64_t z) {
    T* out = result.data() + to.index_of(0, 0, z);
    for (const std::int64_t y : ys) {
      const T* row = voxels.data() + from.index_of(0, y, zs[static_cast<std::size_t>(z)]);
      for (const std::int64_t x : xs) *out++ = row[x];
    }
  });
  return result;
}

template std::vector<float> nearest(Context&, const std::vector<float>&, const Geometry&, const Geometry&);
template std::vector<std::uint8_t> nearest(Context&, const std::vector<std::uint8_t>&, const Geometry&, const Geometry&);

std::vector<float> linear(Context& context, const std::vector<float>& voxels, const Geometry& from, const Geometry& to) {
  const auto xs = linear_voxels(from.size[0], to.size[0]), ys = linear_voxels(from.size[1], to.size[1]),
             zs = linear_voxels(from.size[2], to.size[2]);
  std::vector<float> result(static_cast<std::size_t>(to.voxel_count()));
  context.parallel_for(to.size[2], [&](std::int64_t slice) {
    float* out = result.data() + to.index_of(0, 0, slice);
    const Between z = zs[static_cast<std::size_t>(slice)];
    const auto row = [&](std::int64_t at_y, std::int64_t at_z) { return voxels.data() + from.index_of(0, at_y, at_z); };
    for (const Between& y : ys) {
      const Rows rows{{row(y.first, z.first), row(y.second, z.first), row(y.first, z.second), row(y.second, z.second)},
                      y.share,
                      z.share};
      for (const Between& x : xs) *out++ = static_cast<float>(rows.at(x));
    }
  });
  return result;
}

Volume resampled(Context& context, const Volume& image, const std::string& name, const Geometry& to, bool is_linear) {
  return with_memory(image, name, to, [&] {
    return is_linear ? linear(context, image.voxels, image.geometry, to) : nearest(context, image.voxels, image.geometry, to);
  });
}

Mask resampled(Context& context, const Mask& image, const std::string& name, const Geometry& to, bool) {
  return with_memory(image, name, to, [&] { return nearest(context, image.voxels, image.geometry, to); });
}

ParamSpec method_param() {
  return {.name = "method",
          .type = ParamType::choice,
          .default_value = std::string("nearest"),
          .help = "The value at a new voxel's centre: of the old voxel that it lies in, or linear between the old centres",
          .choices = {"nearest", "linear"}};
}

}  // namespace flowrun::geometry
