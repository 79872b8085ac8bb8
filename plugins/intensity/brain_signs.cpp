#include "brain_signs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace flowrun::intensity {
namespace {

using Triple = std::array<std::int64_t, 3>;

constexpr std::int64_t kLeastBox = 10;
constexpr double kMostCorner = 0.25;
constexpr double kMostMillilitres = 2500, kLeastMillilitres = 100;
constexpr double kLeastHead = 120;  ///< mm

bool counts(float value) { return value != 0 && !std::isnan(value); }

/// The box around the voxels that count, [low, high); empty when there are none.
struct Box {
  Triple low{0, 0, 0}, high{0, 0, 0};
  std::int64_t voxels = 0;
};

void add_row(const float* row, std::int64_t length, std::int64_t y, std::int64_t z, Box& box) {
  const float* const end = row + length;
  const float* const first = std::find_if(row, end, counts);
  if (first == end) return;
  const float* last = end;
  while (!counts(*(last - 1))) --last;
  const Triple low{first - row, y, z}, high{last - row, y + 1, z + 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.low[axis] = box.voxels ? std::min(box.low[axis], low[axis]) : low[axis];
    box.high[axis] = box.voxels ? std::max(box.high[axis], high[axis]) : high[axis];
  }
  box.voxels += std::count_if(first, last, counts);
}

Box box_of(const Volume& volume) {
  const Triple& size = volume.geometry.size;
  Box box;
  for (std::int64_t z = 0; z < size[2]; ++z)
    for (std::int64_t y = 0; y < size[1]; ++y)
      add_row(volume.voxels.data() + volume.geometry.index_of(0, y, z), size[0], y, z, box);
  return box;
}

/// The share of voxels that count in the eight corners of the box; 0 for a box that is too small to have corners.
double share_in_corners(const Volume& volume, const Box& box) {
  Triple depth{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (box.high[axis] - box.low[axis] < kLeastBox) return 0;
    depth[axis] = (box.high[axis] - box.low[axis]) / 10;
  }
  const auto place = [&](std::size_t axis, std::int64_t step) {  // 0 .. depth - 1 from the low end, then from the high end
    return step < depth[axis] ? box.low[axis] + step : box.high[axis] - 1 - (step - depth[axis]);
  };
  std::int64_t found = 0;
  for (std::int64_t z = 0; z < 2 * depth[2]; ++z)
    for (std::int64_t y = 0; y < 2 * depth[1]; ++y)
      for (std::int64_t x = 0; x < 2 * depth[0]; ++x)
        found += counts(volume.voxels[static_cast<std::size_t>(volume.geometry.index_of(place(0, x), place(1, y), place(2, z)))]);
  return static_cast<double>(found) / static_cast<double>(8 * depth[0] * depth[1] * depth[2]);
}

std::string whole(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f", value);
  return text;
}

double millilitres(const Volume& volume, const Box& box) {
  return static_cast<double>(box.voxels) * volume.geometry.voxel_volume() / 1000;
}

constexpr char kWhatToDo[] =
    "; the voxels that are not 0 count as brain, so skull and background do too. Strip the skull and set everything outside of "
    "the "
    "brain to exactly 0 in every image, then run again";

}  // namespace

std::string not_stripped(const Volume& volume, const std::string& name) {
  const Box box = box_of(volume);
  const double corners = share_in_corners(volume, box);
  const double share =
      100 * static_cast<double>(box.voxels) / static_cast<double>(std::max<std::size_t>(volume.voxels.size(), 1));
  if (corners > kMostCorner)
    return "'" + name + "' does not look skull-stripped: " + whole(share) + " % of its voxels are not 0, also " +
           whole(100 * corners) + " % of the corners around the head, where a brain never is" + kWhatToDo;
  const double volume_ml = millilitres(volume, box);
  if (volume_ml > kMostMillilitres)
    return "'" + name + "' does not look skull-stripped: the voxels that are not 0 take " + whole(volume_ml) +
           " ml, more than any brain (" + whole(kMostMillilitres) + " ml), unless the voxel size in the file is wrong" +
           kWhatToDo;
  return "";
}

std::string too_little(const Volume& volume, const std::string& name) {
  const Geometry& grid = volume.geometry;
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (!(static_cast<double>(grid.size[axis]) * grid.spacing[axis] >= kLeastHead)) return "";
  const double volume_ml = millilitres(volume, box_of(volume));
  if (volume_ml >= kLeastMillilitres) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", volume_ml);
  return "the voxels of '" + name + "' that are not 0 take only " + text + " ml, less than a newborn's brain (" +
         whole(kLeastMillilitres) +
         " ml is the least that is taken without a word); look whether it is the right file, whether its "
         "brain mask failed, and whether its voxel size is right";
}

}  // namespace flowrun::intensity
