#include "dicom_planes.h"

#include <algorithm>
#include <cmath>

#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr Tag kShared = 0x52009229, kPerFrame = 0x52009230, kDetectors = 0x00540022;
constexpr Tag kPlanePosition = 0x00209113, kPlaneOrientation = 0x00209116, kMeasures = 0x00289110, kTransformation = 0x00289145;
constexpr Tag kPosition = 0x00200032, kOrientation = 0x00200037, kSpacing = 0x00280030, kDetectorSpacing = 0x00181164;
constexpr Tag kScannedSpacing = 0x00182010, kThickness = 0x00180050, kStep = 0x00180088;
constexpr Tag kSlope = 0x00281053, kIntercept = 0x00281052, kDoseScaling = 0x3004000e;
constexpr Tag kDoseOffsets = 0x3004000c, kSliceLocations = 0x00182005, kSliceNumbers = 0x00540080;
constexpr double kSameAxis = 0.9;    ///< cosine
constexpr double kUnitError = 1e-2;  ///< of a unit vector's length; headers round to four decimals and fewer

std::string size_words(const std::array<double, 2>& spacing) {
  return number_text(spacing[0]) + " x " + number_text(spacing[1]) + " mm";
}

Vector unit_vector(const std::vector<double>& six, std::size_t start, const DicomFile& file) {
  const Vector vector{six[start], six[start + 1], six[start + 2]};
  const double length = std::sqrt(dot(vector, vector));
  if (!(std::abs(length - 1) < kUnitError))
    refuse(file.path, "an axis of its DICOM orientation (0020,0037) has the length " + number_text(length) +
                          "; unit vectors are expected, so the header is damaged");
  return vector;
}

/// The position and orientation of the whole file; nuclear medicine keeps them with the detector.
std::vector<double> place_of(const DicomFile& file, Tag tag) {
  const std::vector<double> own = file.elements.numbers(tag);
  const DicomItem* detector = file.elements.item(kDetectors);
  return own.empty() && detector ? detector->numbers(tag) : own;
}

void set_orientation(DicomPlane& plane, const DicomFile& file) {
  std::vector<double> six = item_with(file, plane.frame, kPlaneOrientation, kOrientation).numbers(kOrientation);
  if (six.empty()) six = place_of(file, kOrientation);
  plane.placed = !six.empty();
  if (six.empty()) return;
  plane.row = unit_vector(six, 0, file);
  plane.column = unit_vector(six, 3, file);
  if (std::abs(dot(plane.row, plane.column)) > kSameAxis)
    refuse(file.path, "the axes of its DICOM orientation (0020,0037) lie along one another; the header is damaged");
}

void set_spacing(DicomPlane& plane, const DicomFile& file, Doubts& doubts) {
  const auto take = [&](Tag tag) {
    const std::vector<double> both = item_with(file, plane.frame, kMeasures, tag).numbers(tag);
    if (both.empty()) return false;
    plane.spacing = {both[1], both[0]};  // DICOM gives the distance between rows first
    if (!(plane.spacing[0] > 0 && plane.spacing[1] > 0))
      refuse(file.path,
             "its DICOM voxel size is " + size_words(plane.spacing) + "; each must be above 0, so correct the header");
    return true;
  };
  if (take(kSpacing)) return;
  const std::string what = "the voxel size in the patient (Pixel Spacing; ";
  if (take(kDetectorSpacing)) doubts.add_unsaid(what + "the size at the detector, " + size_words(plane.spacing) + ", is taken)");
  else if (take(kScannedSpacing))
    doubts.add_unsaid(what + "the size on the scanned film, " + size_words(plane.spacing) + ", is taken)");
  else doubts.add_unsaid(what + "1 x 1 mm is taken)");
}

void set_rescale(DicomPlane& plane, const DicomFile& file) {
  const auto slope = item_with(file, plane.frame, kTransformation, kSlope).number(kSlope);
  const auto intercept = item_with(file, plane.frame, kTransformation, kIntercept).number(kIntercept);
  const auto dose = file.elements.number(kDoseScaling);
  plane.rescaled = slope || intercept || dose;
  plane.slope = slope.value_or(dose.value_or(1));
  plane.intercept = intercept.value_or(0);
  if (plane.slope == 0)
    refuse(file.path, "its rescale slope (0028,1053) is 0, which leaves one value for all voxels; correct the header");
}

std::optional<double> above_0(std::optional<double> number, bool either_sign) {
  return number && (*number > 0 || (either_sign && *number < 0)) ? number : std::nullopt;
}

DicomPlane plane_of(const DicomFile& file, std::size_t index, std::size_t frame, Doubts& doubts) {
  DicomPlane plane;
  plane.file = index;
  plane.frame = frame;
  set_orientation(plane, file);
  set_spacing(plane, file, doubts);
  set_rescale(plane, file);
  plane.step = above_0(item_with(file, frame, kMeasures, kStep).number(kStep), true);
  plane.thickness = above_0(item_with(file, frame, kMeasures, kThickness).number(kThickness), false);
  return plane;
}

/// Where a frame lies behind the first one, along the normal; empty: only the distance between slices is known.
std::vector<double> offsets_of(const DicomFile& file) {
  for (const Tag tag : {kDoseOffsets, kSliceLocations}) {
    const std::vector<double> offsets = file.elements.numbers(tag);
    if (offsets.size() == static_cast<std::size_t>(file.voxels->frames)) return offsets;
  }
  return {};
}

void place_along_normal(const DicomFile& file, std::vector<DicomPlane>& planes, Doubts& doubts) {
  if (planes.size() == 1) return;
  std::vector<double> offsets = offsets_of(file);
  if (offsets.empty()) {
    const double step = step_without_positions(planes.front(), doubts);
    doubts.add_unsaid("the position of every frame (they are taken to follow the first one along the normal, " +
                      number_text(step) + " mm apart)");
    const std::vector<double> numbers = file.elements.numbers(kSliceNumbers);
    for (std::size_t i = 0; i < planes.size(); ++i)
      offsets.push_back(step * (numbers.size() == planes.size() ? numbers[i] - 1 : static_cast<double>(i)));
  }
  const Vector normal = planes.front().normal();
  for (std::size_t i = 0; i < planes.size(); ++i) planes[i].position = along(planes[i].position, normal, offsets[i] - offsets[0]);
}

/// The position of the file, which is that of its first frame.
void place_by_file(const DicomFile& file, std::vector<DicomPlane>& planes, Doubts& doubts) {
  const std::vector<double> first = place_of(file, kPosition);
  if (first.empty()) doubts.add_unsaid("the position in the patient (0, 0, 0 is taken)");
  if (!planes.front().placed) doubts.add_unsaid("the orientation (axial is taken: rows to the left, columns to the back)");
  for (DicomPlane& plane : planes) {
    plane.placed = plane.placed && !first.empty();
    if (!first.empty()) plane.position = {first[0], first[1], first[2]};
  }
  place_along_normal(file, planes, doubts);
}

void require_description_of_all(const DicomFile& file) {
  const auto groups = file.elements.sequences.find(kPerFrame);
  if (groups == file.elements.sequences.end() || groups->second.size() == static_cast<std::size_t>(file.voxels->frames)) return;
  refuse(file.path, "it has " + std::to_string(file.voxels->frames) + " frames but describes " +
                        std::to_string(groups->second.size()) + " (Per-Frame Functional Groups); the header is damaged");
}

}  // namespace

Vector DicomPlane::normal() const {
  const Vector across{row[1] * column[2] - row[2] * column[1], row[2] * column[0] - row[0] * column[2],
                      row[0] * column[1] - row[1] * column[0]};
  return along({}, across, 1 / std::sqrt(dot(across, across)));
}

const DicomItem& item_with(const DicomFile& file, std::size_t frame, Tag group, Tag tag) {
  const DicomItem* own = file.elements.item(kPerFrame, frame);
  const DicomItem* shared = file.elements.item(kShared);
  for (const DicomItem* groups : {own, shared}) {
    const DicomItem* found = groups ? groups->item(group) : nullptr;
    if (found && found->has(tag)) return *found;
  }
  return file.elements;
}

double step_without_positions(const DicomPlane& plane, Doubts& doubts) {
  if (plane.step) return *plane.step;
  const std::string what = "the distance between slices (Spacing Between Slices; ";
  if (plane.thickness) doubts.add_unsaid(what + "the slice thickness, " + number_text(*plane.thickness) + " mm, is taken)");
  else doubts.add_unsaid(what + "1 mm is taken)");
  return plane.thickness.value_or(1);
}

std::vector<DicomPlane> planes_of(const DicomFile& file, std::size_t index, Doubts& doubts) {
  require_description_of_all(file);
  std::vector<DicomPlane> planes;
  std::size_t placed = 0;
  for (std::size_t frame = 0; frame < static_cast<std::size_t>(file.voxels->frames); ++frame) {
    planes.push_back(plane_of(file, index, frame, doubts));
    const DicomItem& item = item_with(file, frame, kPlanePosition, kPosition);
    const std::vector<double> position = item.numbers(kPosition);
    if (&item == &file.elements || position.empty()) continue;
    ++placed;
    planes.back().position = {position[0], position[1], position[2]};
    if (!planes.back().placed)
      refuse(file.path, "its frames have positions but no orientation, so they cannot be put in order; correct the header");
  }
  if (placed == 0) place_by_file(file, planes, doubts);
  else if (placed != planes.size())
    refuse(file.path, "only " + std::to_string(placed) + " of its " + std::to_string(planes.size()) +
                          " frames have a position; correct the header");
  return planes;
}

}  // namespace flowrun::io
