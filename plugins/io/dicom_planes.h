#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dicom_check.h"
#include "doubts.h"

namespace flowrun::io {

using Vector = std::array<double, 3>;

inline Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
inline Vector along(const Vector& from, const Vector& unit, double distance) {
  return {from[0] + distance * unit[0], from[1] + distance * unit[1], from[2] + distance * unit[2]};
}
inline double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/// One slice: a frame of a file.
struct DicomPlane {
  std::size_t file = 0;                 ///< index of the file among those of its series
  std::size_t frame = 0;                ///< from 0
  bool placed = false;                  ///< whether the file says the position and the orientation
  Vector position{};                    ///< of the first voxel's centre, mm, LPS
  Vector row{1, 0, 0};                  ///< direction along a row, LPS, as the file rounds it
  Vector column{0, 1, 0};               ///< direction along a column
  std::array<double, 2> spacing{1, 1};  ///< mm between the columns (along a row) and between the rows
  std::optional<double> step;           ///< mm between slices as the file says it, by its sign along the normal
  std::optional<double> thickness;      ///< mm
  bool rescaled = false;                ///< whether the file says the two below
  double slope = 1, intercept = 0;

  Vector normal() const;  ///< unit vector at right angles to both
};

/// The frames of a file in its order. A file that keeps more than one frame and only the first one's position gets the
/// others along the normal: by its list of offsets, else by its spacing between slices, else, as a doubt, by the slice
/// thickness or 1 mm. Throws Error for a header that contradicts itself: another number of frames described than there
/// are, some frames with a position and some without, axes that are no unit vectors or lie along one another, sizes of
/// 0, a slope of 0.
std::vector<DicomPlane> planes_of(const DicomFile& file, std::size_t index, Doubts& doubts);

/// The value that counts for a frame: from its functional groups, from those of all frames, or from the file's own
/// elements.
const DicomItem& item_with(const DicomFile& file, std::size_t frame, Tag group, Tag tag);

/// The distance between slices when their positions do not show it: what the file says, else, as a doubt, thickness or
/// 1 mm.
double step_without_positions(const DicomPlane& plane, Doubts& doubts);

}  // namespace flowrun::io
