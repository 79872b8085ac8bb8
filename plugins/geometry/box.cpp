#include "box.h"

namespace flowrun::geometry {
namespace {

/// A margin of 3 mm is 3 voxels of 1 mm also where a file kept the spacing in float32.
constexpr double kRounding = 1e-6;

/// The first voxel of `small` on the axes of `large`, in voxels.
std::array<double, 3> offset_of(const Geometry& small, const Geometry& large) {
  std::array<double, 3> offset{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double along = 0;
    for (std::size_t row = 0; row < 3; ++row) along += large.direction[3 * row + axis] * (small.origin[row] - large.origin[row]);
    offset[axis] = along / large.spacing[axis];
  }
  return offset;
}

std::string words(const Voxel& voxel) {
  return "(" + std::to_string(voxel[0]) + ", " + std::to_string(voxel[1]) + ", " + std::to_string(voxel[2]) + ")";
}

void require_countable(const std::array<double, 3>& offset, const std::string& small_name, const std::string& large_name) {
  for (const double along : offset)
    if (!(std::abs(along) < 1e9))
      throw Error("'" + small_name + "' and '" + large_name + "' cannot be compared: an origin, spacing or direction is not a " +
                  "usable number");
}

}  // namespace

Box box_around(const Mask& mask) {
  const Voxel& size = mask.geometry.size;
  Box box{size, {0, 0, 0}};
  for (std::int64_t z = 0; z < size[2]; ++z)
    for (std::int64_t y = 0; y < size[1]; ++y) {
      const std::uint8_t* row = mask.voxels.data() + mask.geometry.index_of(0, y, z);
      const std::uint8_t* const end = row + size[0];
      const std::uint8_t* first = std::find_if(row, end, [](std::uint8_t value) { return value != 0; });
      if (first == end) continue;
      const std::uint8_t* last = end;
      while (*(last - 1) == 0) --last;
      const Voxel low{first - row, y, z}, high{last - row, y + 1, z + 1};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        box.begin[axis] = std::min(box.begin[axis], low[axis]);
        box.end[axis] = std::max(box.end[axis], high[axis]);
      }
    }
  return box.end[0] == 0 ? Box{} : box;
}

namespace {

using Counts = std::array<std::vector<std::int64_t>, 3>;

/// Voxels that are not 0 in each slice across each axis.
Counts counts_of(const Mask& mask) {
  const Voxel& size = mask.geometry.size;
  Counts counts;
  for (std::size_t axis = 0; axis < 3; ++axis) counts[axis].resize(static_cast<std::size_t>(size[axis]));
  const std::uint8_t* voxel = mask.voxels.data();
  for (std::int64_t z = 0; z < size[2]; ++z)
    for (std::int64_t y = 0; y < size[1]; ++y)
      for (std::int64_t x = 0; x < size[0]; ++x) {
        if (*voxel++ == 0) continue;
        ++counts[0][static_cast<std::size_t>(x)];
        ++counts[1][static_cast<std::size_t>(y)];
        ++counts[2][static_cast<std::size_t>(z)];
      }
  return counts;
}

}  // namespace

Box box_around(const Mask& mask, double slice_share) {
  if (!(slice_share > 0)) return box_around(mask);
  const Counts counts = counts_of(mask);
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto& slices = counts[axis];
    const double voxels = static_cast<double>(mask.geometry.voxel_count()) / static_cast<double>(slices.size());
    const auto filled = [&](std::int64_t count) { return static_cast<double>(count) > slice_share * voxels; };
    const auto first = std::find_if(slices.begin(), slices.end(), filled);
    if (first == slices.end()) return {};
    box.begin[axis] = first - slices.begin();
    box.end[axis] = slices.rend() - std::find_if(slices.rbegin(), slices.rend(), filled);
  }
  return box;
}

Box scaled(const Box& box, const Geometry& from, const Geometry& to, double share) {
  Box result;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double scale = static_cast<double>(to.size[axis]) / static_cast<double>(from.size[axis]);
    const double begin = static_cast<double>(box.begin[axis]) * scale, end = static_cast<double>(box.end[axis]) * scale;
    result.begin[axis] = static_cast<std::int64_t>(std::floor(begin + kRounding));
    result.end[axis] = static_cast<std::int64_t>(std::ceil(end - kRounding));
    if (!(share > 0)) continue;
    const double centre = std::nearbyint((begin + end) / 2), size = std::nearbyint((1 + 2 * share) * (end - begin));
    result.begin[axis] = std::min(result.begin[axis], static_cast<std::int64_t>(centre - size / 2));
    result.end[axis] = std::max(result.end[axis], static_cast<std::int64_t>(centre + size / 2));
  }
  return result;
}

Box with_margin(const Box& box, const Geometry& grid, double margin) {
  Box larger = box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double steps = std::ceil(margin / grid.spacing[axis] - kRounding);
    const auto voxels = static_cast<std::int64_t>(std::clamp(steps, 0.0, static_cast<double>(grid.size[axis])));
    larger.begin[axis] = std::max<std::int64_t>(0, box.begin[axis] - voxels);
    larger.end[axis] = std::min(grid.size[axis], box.end[axis] + voxels);
  }
  return larger;
}

Geometry cut(const Geometry& grid, const Box& box) {
  Geometry result = grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    result.size[axis] = box.end[axis] - box.begin[axis];
    if (box.begin[axis] == 0) continue;
    for (std::size_t row = 0; row < 3; ++row)
      result.origin[row] += grid.direction[3 * row + axis] * grid.spacing[axis] * static_cast<double>(box.begin[axis]);
  }
  return result;
}

Box place_in(const Geometry& small, const std::string& small_name, const Geometry& large, const std::string& large_name) {
  const std::array<double, 3> offset = offset_of(small, large);
  require_countable(offset, small_name, large_name);
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.begin[axis] = static_cast<std::int64_t>(std::llround(offset[axis]));
    box.end[axis] = box.begin[axis] + small.size[axis];
  }
  require_same_grid(small, small_name, cut(large, box), "the part of " + large_name + " that it would fill");
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (box.begin[axis] < 0 || box.end[axis] > large.size[axis])
      throw Error("'" + small_name + "' would fill the voxels from " + words(box.begin) + " up to, not including, " +
                  words(box.end) + " of '" + large_name + "', which has " + std::to_string(large.size[0]) + " x " +
                  std::to_string(large.size[1]) + " x " + std::to_string(large.size[2]) +
                  " voxels; give the image that it was cropped from as the reference");
  return box;
}

}  // namespace flowrun::geometry
