#include "dicom_stack.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <utility>

#include "dicom_volumes.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr Tag kFrameOfReference = 0x00200052;
constexpr double kSameDirection = 1e-3;
constexpr double kSamePosition = 1e-2;  ///< of the usual gap between slices
constexpr double kNoGap = 1e-3;         ///< mm
constexpr double kSameSize = 1e-3;      ///< of a voxel
constexpr double kUnevenGap = 0.1;      ///< of the usual gap between slices; headers round positions
constexpr double kSameRatio = 0.02;     ///< of the gap to the distance that the file says, from a whole number
constexpr double kNoticedGap = 0.02;    ///< of the gap or voxel: what is reported

using Planes = std::vector<DicomPlane>;

/// Says of slices what they are called in messages.
class Names {
 public:
  Names(const std::vector<DicomFile>& files, const std::filesystem::path& path) : files_(files), path_(path) {}

  std::string stack() const { return files_.size() == 1 ? "this DICOM file" : "the DICOM series"; }
  std::string unit() const { return files_.size() == 1 ? "frames" : "slices"; }
  std::string of(const DicomPlane& plane) const {
    const std::string frame = "frame " + std::to_string(plane.frame + 1);
    if (files_.size() == 1) return frame;
    const DicomFile& file = files_[plane.file];
    return "'" + file.path.filename().string() + "'" + (file.voxels->frames > 1 ? " " + frame : "");
  }
  [[noreturn]] void refuse_stack(const std::string& what) const { refuse(path_, what); }
  [[noreturn]] void refuse_slice(const DicomPlane& plane, const std::string& what) const {
    refuse(files_[plane.file].path, what);
  }
  const std::vector<DicomFile>& files() const { return files_; }

 private:
  const std::vector<DicomFile>& files_;
  const std::filesystem::path& path_;
};

std::string size_of_voxels(const DicomPlane& plane) {
  return number_text(plane.spacing[0]) + " x " + number_text(plane.spacing[1]) + " mm";
}

void require_one_size(const Names& names) {
  const DicomVoxels& first = *names.files().front().voxels;
  for (const DicomFile& file : names.files())
    if (file.voxels->columns != first.columns || file.voxels->rows != first.rows)
      refuse(file.path, "this slice of a DICOM series has " + std::to_string(file.voxels->columns) + " x " +
                            std::to_string(file.voxels->rows) + " voxels and those before it " + std::to_string(first.columns) +
                            " x " + std::to_string(first.rows) + "; slices of one size are expected");
}

bool is_close(const Vector& a, const Vector& b) {
  const Vector off = minus(a, b);
  return std::max({std::abs(off[0]), std::abs(off[1]), std::abs(off[2])}) < kSameDirection;
}

void require_parallel(const Planes& planes, const Names& names) {
  const DicomPlane& first = planes.front();
  for (const DicomPlane& plane : planes) {
    if (!plane.placed && names.files().size() > 1)
      names.refuse_slice(plane,
                         "this DICOM image has no position or orientation in the patient, so the series in its folder cannot be "
                         "put in order");
    if (!is_close(plane.row, first.row) || !is_close(plane.column, first.column))
      names.refuse_stack(names.stack() + " has " + names.unit() + " of several orientations (" + names.of(first) + " and " +
                         names.of(plane) + "), such as a localiser has; a stack of parallel slices is expected");
    for (const std::size_t axis : {0, 1})
      if (!(std::abs(plane.spacing[axis] - first.spacing[axis]) < kSameSize * first.spacing[axis]))
        names.refuse_stack(names.stack() + " has " + names.unit() + " of several voxel sizes: " + size_of_voxels(first) + " in " +
                           names.of(first) + " and " + size_of_voxels(plane) + " in " + names.of(plane) + "; one is expected");
  }
}

/// A slope for some slices only leaves open what the values of the others mean.
void require_rescale_of_all(const Planes& planes, const Names& names) {
  const auto with = std::find_if(planes.begin(), planes.end(), [](const DicomPlane& plane) {
    return plane.rescaled && (plane.slope != 1 || plane.intercept != 0);
  });
  const auto without = std::find_if(planes.begin(), planes.end(), [](const DicomPlane& plane) { return !plane.rescaled; });
  if (with == planes.end() || without == planes.end()) return;
  names.refuse_stack("only some " + names.unit() + " of " + names.stack() + " have a rescale slope and intercept (" +
                     names.of(*with) + " has, " + names.of(*without) +
                     " has not), so their values cannot be compared; correct the headers");
}

std::vector<double> gaps_of(const Planes& planes) {
  const Vector normal = planes.front().normal();
  std::vector<double> gaps;
  for (std::size_t i = 1; i < planes.size(); ++i) gaps.push_back(dot(normal, minus(planes[i].position, planes[i - 1].position)));
  return gaps;
}

/// Gaps up to this one lie between slices at one position, of several volumes or of copies. Headers round positions, so
/// it is not 0: a share of the usual gap. Where most slices have a twin the usual gap is such a gap itself, so the
/// thickness counts too, or the distance that the file says, or with three slices the larger gap.
double largest_of_one_position(const DicomPlane& first, const std::vector<double>& gaps, double usual) {
  const double largest = gaps.empty() ? 0 : *std::max_element(gaps.begin(), gaps.end());
  double said = first.thickness.value_or(std::abs(first.step.value_or(0)));
  if (said == 0 && gaps.size() <= 2) said = largest;
  return std::max(kNoGap, kSamePosition * std::max(usual, std::min(said, largest)));
}

/// The median of the gaps that are none of two volumes' slices; 0: there are no such. Of two in the middle it is the
/// smaller one, because slices go missing sooner than others come in between.
double usual_gap(std::vector<double> gaps) {
  std::erase_if(gaps, [](double gap) { return !(gap > kNoGap); });
  if (gaps.empty()) return 0;
  std::sort(gaps.begin(), gaps.end());
  return gaps[(gaps.size() - 1) / 2];
}

/// How many volumes planes in order make, of which those from `first` on lie at one position.
[[noreturn]] void refuse_volumes(const Planes& planes, const std::vector<double>& gaps, double same, std::size_t first,
                                 const Names& names) {
  std::size_t positions = 1;
  for (const double gap : gaps) positions += gap > same;
  Planes together{planes[first]};
  for (std::size_t i = first; i < gaps.size() && !(gaps[i] > same); ++i) together.push_back(planes[i + 1]);
  const std::string start = names.stack() + " has several " + names.unit() + " at one position (" + names.of(together[0]) +
                            " and " + names.of(together[1]) +
                            "), so it contains more than one volume: " + std::to_string(planes.size()) + " " + names.unit() +
                            " lie at " + std::to_string(positions) + (positions == 1 ? " position" : " positions");
  const bool whole = planes.size() % positions == 0 && together.size() == planes.size() / positions;
  const std::string volumes = whole ? ", which makes " + std::to_string(together.size()) + " volumes" : "";
  const std::string differ = differences(names.files(), together);
  if (has_copies(names.files(), together))
    names.refuse_stack(start + volumes + ", and some are copies of one image; remove the copies");
  names.refuse_stack(start + volumes +
                     (differ.empty() ? ", and their headers do not say in what they differ" : ", which differ in " + differ) +
                     "; a single volume is expected: take one out of it, for example with dcm2niix");
}

void require_even_gaps(const Planes& planes, const Names& names) {
  const std::vector<double> gaps = gaps_of(planes);
  const double usual = usual_gap(gaps), same = largest_of_one_position(planes.front(), gaps, usual);
  for (std::size_t i = 0; i < gaps.size(); ++i)
    if (!(gaps[i] > same)) refuse_volumes(planes, gaps, same, i, names);
  for (std::size_t i = 0; i < gaps.size(); ++i)
    if (std::abs(gaps[i] - usual) > kUnevenGap * usual)
      names.refuse_stack("the " + names.unit() + " of " + names.stack() + " are not evenly spaced: " + number_text(gaps[i]) +
                         " mm between " + names.of(planes[i]) + " and " + names.of(planes[i + 1]) + ", elsewhere " +
                         number_text(usual) + " mm; a slice is missing or one too many");
}

/// How far slices lie from where even steps from the first to the last put them, in shares of a step and of a voxel.
double require_straight_row(const Planes& planes, const Vector& step, const Names& names) {
  const Vector normal = planes.front().normal();
  const double gap = std::abs(dot(step, normal));
  const double voxel = std::min(planes.front().spacing[0], planes.front().spacing[1]);
  double largest = 0;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const Vector off = minus(planes[i].position, along(planes.front().position, step, static_cast<double>(i)));
    const double up = dot(off, normal);
    const Vector beside = along(off, normal, -up);
    const double aside = std::sqrt(dot(beside, beside));
    largest = std::max({largest, std::abs(up) / gap, aside / voxel});
    if (std::abs(up) > kUnevenGap * gap || aside > kUnevenGap * voxel)
      names.refuse_stack("the " + names.unit() + " of " + names.stack() +
                         " do not lie in a straight, even row: " + names.of(planes[i]) + " lies " + number_text(std::abs(up)) +
                         " mm before or behind and " + number_text(aside) +
                         " mm beside its place between the first and the last; an evenly spaced stack is expected");
  }
  return largest;
}

/// The file says another distance than that of the positions. Slices may be missing at even distances. Some write the
/// room between slices, without their thickness, in the element; with a tilted gantry some write the distance along the
/// table.
void note_other_step(const DicomPlane& first, const Vector& step, std::vector<std::string>& warnings) {
  if (!first.step) return;
  const double gap = std::abs(dot(step, first.normal())), said = std::abs(*first.step), ratio = gap / said;
  const auto is_gap = [&](double distance) { return std::abs(distance - gap) <= kSameRatio * gap; };
  const bool is_along_table = std::abs(said - std::sqrt(dot(step, step))) <= kSameRatio * said;
  if (is_gap(said) || is_along_table || (first.thickness && is_gap(said + *first.thickness))) return;
  const bool is_thinned = ratio > 1.5 && std::abs(ratio - std::round(ratio)) <= kSameRatio * ratio;
  warnings.push_back("its slices lie " + number_text(gap) + " mm apart, but Spacing Between Slices (0018,0088) says " +
                     number_text(said) + " mm" +
                     (!is_thinned              ? ""
                      : std::round(ratio) == 2 ? ", so every second slice may be missing"
                                               : ", so slices at even distances may be missing") +
                     "; the distance of the positions is taken");
}

/// Voxels behind those that the headers promise. A byte that makes the number even is not one.
void note_surplus(const Names& names, std::vector<std::string>& warnings) {
  std::size_t count = 0;
  std::string first;
  for (const DicomFile& file : names.files()) {
    const DicomVoxels& voxels = *file.voxels;
    if (!voxels.plain || voxels.plain->length <= voxels.promised + voxels.promised % 2) continue;
    if (count++ > 0) continue;
    first = "the header" + (names.files().size() > 1 ? " of '" + file.path.filename().string() + "'" : "") + " promises " +
            size_text(std::array{voxels.columns, voxels.rows, voxels.frames}) + " voxels, which take " +
            std::to_string(voxels.promised) + " bytes, but its Pixel Data have " + std::to_string(voxels.plain->length);
  }
  if (count == 0) return;
  warnings.push_back(first + (count > 1 ? ", and so in " + std::to_string(count) + " files in all" : "") +
                     "; what comes behind is not read, so check that the header has the right number of frames and bits");
}

/// The step between slices. Its length is no voxel size yet when there is one slice only.
Vector step_of(const Planes& planes, const Names& names, Doubts& doubts, std::vector<std::string>& warnings) {
  const DicomPlane& first = planes.front();
  if (planes.size() == 1) return along({}, first.normal(), std::abs(step_without_positions(first, doubts)));
  require_even_gaps(planes, names);
  const double steps = static_cast<double>(planes.size() - 1);
  const Vector step = along({}, minus(planes.back().position, first.position), 1 / steps);
  const double off = require_straight_row(planes, step, names);
  note_other_step(first, step, warnings);
  if (off > kNoticedGap)
    warnings.push_back("its slices are not quite evenly spaced: one lies " + number_text(100 * off) +
                       " % of a voxel from its place; an even distance of " + number_text(std::sqrt(dot(step, step))) +
                       " mm is taken");
  return step;
}

FileGrid grid_of(const Planes& planes, const Vector& step, const DicomVoxels& voxels) {
  const DicomPlane& first = planes.front();
  FileGrid grid;
  grid.size = {voxels.columns, voxels.rows, static_cast<std::int64_t>(planes.size())};
  for (std::size_t row = 0; row < 3; ++row) {
    grid.matrix[4 * row] = first.row[row] * first.spacing[0];
    grid.matrix[4 * row + 1] = first.column[row] * first.spacing[1];
    grid.matrix[4 * row + 2] = step[row];
    grid.matrix[4 * row + 3] = first.position[row];
  }
  return grid;
}

void note_frames_of_reference(const Names& names, std::vector<std::string>& warnings) {
  std::set<std::string> frames;
  for (const DicomFile& file : names.files()) frames.insert(file.elements.text(kFrameOfReference));
  if (frames.size() > 1)
    warnings.push_back("its slices name " + std::to_string(frames.size()) +
                       " frames of reference; their positions are taken to be in one");
}

/// Slices of several images side by side, each at its own position, such as two echoes in turn.
void note_contrasts(const Names& names, const Planes& planes, std::vector<std::string>& warnings) {
  if (const std::string differ = different_contrasts(names.files(), planes); !differ.empty())
    warnings.push_back("its " + names.unit() + " differ in " + differ +
                       ", so it may mix several images; check it, and take one image out of it, for example with dcm2niix");
}

}  // namespace

DicomStack stack_of(const std::vector<DicomFile>& files, const std::filesystem::path& path) {
  const Names names(files, path);
  DicomStack stack;
  Doubts doubts("DICOM");
  require_one_size(names);
  for (std::size_t i = 0; i < files.size(); ++i)
    for (const DicomPlane& plane : planes_of(files[i], i, doubts)) stack.planes.push_back(plane);
  require_parallel(stack.planes, names);
  require_rescale_of_all(stack.planes, names);
  const Vector normal = stack.planes.front().normal();
  std::stable_sort(stack.planes.begin(), stack.planes.end(),
                   [&](const DicomPlane& a, const DicomPlane& b) { return dot(normal, a.position) < dot(normal, b.position); });
  const Vector step = step_of(stack.planes, names, doubts, stack.warnings);
  stack.grid = grid_of(stack.planes, step, *files.front().voxels);
  note_frames_of_reference(names, stack.warnings);
  note_contrasts(names, stack.planes, stack.warnings);
  note_surplus(names, stack.warnings);
  if (!doubts.empty()) stack.warnings.push_back(doubts.sentence());
  return stack;
}

}  // namespace flowrun::io
