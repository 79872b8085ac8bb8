// Boxes of voxels, for nodes that cut images and put them back.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/geometry.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::geometry {

using Voxel = std::array<std::int64_t, 3>;

/// Voxels [begin, end) along x, y, z.
struct Box {
  Voxel begin{0, 0, 0}, end{0, 0, 0};
  bool operator==(const Box&) const = default;
};

/// The box around the voxels of a mask that are not 0; begin equals end where there is none.
Box box_around(const Mask& mask);

/// The same without the slices across each axis of which no more than this share of the voxels is not 0: specks and a thin neck
/// do not count then. 0: as above. begin equals end where an axis has no slice left.
Box box_around(const Mask& mask, double slice_share);

/// A box of one grid in the voxels of another grid over the same box of the world: from the voxel that its beginning lies in to
/// the one that its end lies in. With a `share` above 0 the box is larger by that share of its size on each side: its centre and
/// its whole size are rounded to whole voxels, halves to even ones, and what is then left of half a voxel is cut off; never less
/// than without a share. It may reach beyond the grid.
Box scaled(const Box& box, const Geometry& from, const Geometry& to, double share);

/// The box, larger by `margin` mm on each side (rounded up to whole voxels), as far as the grid reaches.
Box with_margin(const Box& box, const Geometry& grid, double margin);

/// The part of a grid that a box is: voxels keep their places in the world.
Geometry cut(const Geometry& grid, const Box& box);

/// Where a smaller grid lies in a larger one: the box of its voxels. Throws Error, which names both, when the small one is no
/// part of the large one: another spacing or direction, voxels between those of the other (all within kGridTolerance), or
/// outside.
Box place_in(const Geometry& small, const std::string& small_name, const Geometry& large, const std::string& large_name);

/// Copies an image between a box and a grid of the box's size, row by row. `large` are the voxels of `grid`; `small` those of the
/// box alone.
template <class T>
void copy_out(const std::vector<T>& large, const Geometry& grid, const Box& box, std::vector<T>& small) {
  auto to = small.begin();
  for (std::int64_t z = box.begin[2]; z < box.end[2]; ++z)
    for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y)
      to = std::copy_n(large.begin() + grid.index_of(box.begin[0], y, z), box.end[0] - box.begin[0], to);
}

template <class T>
void copy_in(const std::vector<T>& small, const Geometry& grid, const Box& box, std::vector<T>& large) {
  auto from = small.begin();
  for (std::int64_t z = box.begin[2]; z < box.end[2]; ++z)
    for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y) {
      std::copy_n(from, box.end[0] - box.begin[0], large.begin() + grid.index_of(box.begin[0], y, z));
      from += box.end[0] - box.begin[0];
    }
}

}  // namespace flowrun::geometry
