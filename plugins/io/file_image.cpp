#include "file_image.h"

#include <algorithm>
#include <cmath>

namespace flowrun::io {
namespace {

std::string size_of_voxel(const std::array<double, 3>& spacing) {
  return number_text(spacing[0]) + " x " + number_text(spacing[1]) + " x " + number_text(spacing[2]) + " mm";
}

}  // namespace

void note_other_spacing(FileImage& image, const std::array<double, 3>& said, const std::string& by, const std::string& axes) {
  constexpr double kNoticeable = 0.1;  // of a voxel
  const std::array<double, 3> found = geometry_of(image.grid).spacing;
  const double smallest = std::min({found[0], found[1], found[2]});
  bool differs = false;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto steps = static_cast<double>(std::max<std::int64_t>(1, image.grid.size[axis] - 1));
    differs = differs || std::abs(said[axis] - found[axis]) * steps > kNoticeable * smallest;
  }
  if (differs)
    image.doubts.add("its header gives the voxel size " + size_of_voxel(said) + " (" + by + "), but its axes have " +
                     size_of_voxel(found) + " (" + axes + "); that of the axes is used");
}

}  // namespace flowrun::io
