#pragma once

#include <array>
#include <cstdint>

#include "flowrun/sdk/geometry.h"

namespace flowrun::view {

/// A grid seen from the feet, as radiologists do: u runs to the right of the picture (the patient's left), v down (to posterior),
/// w from slice to slice upwards (to superior). Each of them is the voxel axis closest to that direction, so a tilted head is
/// shown as it was scanned.
struct AxialView {
  std::array<std::int64_t, 3> size{};    ///< voxels along u, v, w
  std::array<double, 3> spacing{};       ///< mm
  std::array<std::int64_t, 3> stride{};  ///< of the linear index
  std::int64_t start = 0;                ///< the linear index of (0, 0, 0)
  double first_height = 0;               ///< z of the middle of slice 0 in the world, mm
  double height_step = 0;                ///< z from slice to slice, mm

  std::int64_t index_of(std::int64_t u, std::int64_t v, std::int64_t w) const {
    return start + u * stride[0] + v * stride[1] + w * stride[2];
  }
  double height(std::int64_t w) const { return first_height + height_step * static_cast<double>(w); }
  std::int64_t count() const { return size[0] * size[1] * size[2]; }
};

AxialView axial_view_of(const Geometry& geometry);

/// Voxels u0 <= u < u1, and so on.
struct Box {
  std::array<std::int64_t, 3> low{};
  std::array<std::int64_t, 3> high{};
};

}  // namespace flowrun::view
