// The NRRD header (teem.sourceforge.net/nrrd/format.html), for images with one number a voxel.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "file_image.h"
#include "image_header.h"
#include "length_unit.h"
#include "nrrd_voxels.h"
#include "text_header.h"

namespace flowrun::io {
namespace {

using Vector = std::array<double, 3>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Axis {
  std::int64_t size = 1;
  std::optional<std::vector<double>> direction;  ///< none: not of space, or no directions are in the header
  double spacing = kNone;
  double min = kNone;
  double max = kNone;
  bool node = false;  ///< samples at min and max, not half a step within
  std::string kind;
  double unit = 1;  ///< mm
};

struct Space {
  std::size_t dimension = 0;  ///< 0: the header has no space
  Vector to_lps{1, 1, 1};
  bool is_anatomical = false;
};

/// Without what the format leaves free: "Right Anterior-Superior" and "RAS" are one.
std::string plain(std::string text) {
  text = lower_case(std::move(text));
  text.erase(std::remove_if(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) || c == '-' || c == '_'; }),
             text.end());
  return text;
}

Space space_of(const TextHeader& header) {
  static const std::map<std::string, Space> kSpaces{{"rightanteriorsuperior", {3, {-1, -1, 1}, true}},
                                                    {"leftanteriorsuperior", {3, {1, -1, 1}, true}},
                                                    {"leftposteriorsuperior", {3, {1, 1, 1}, true}},
                                                    {"ras", {3, {-1, -1, 1}, true}},
                                                    {"las", {3, {1, -1, 1}, true}},
                                                    {"lps", {3, {1, 1, 1}, true}},
                                                    {"rast", {4, {-1, -1, 1}, true}},
                                                    {"last", {4, {1, -1, 1}, true}},
                                                    {"lpst", {4, {1, 1, 1}, true}},
                                                    {"scannerxyz", {3, {1, 1, 1}, false}},
                                                    {"3drighthanded", {3, {1, 1, 1}, false}},
                                                    {"3dlefthanded", {3, {1, 1, 1}, false}}};
  std::string name = plain(header.field("space"));
  const std::string dimension = header.field("spacedimension");
  if (name.empty() && header.has("space"))
    header.refuse_field("space", "left-posterior-superior or another space is expected; correct the header");
  if (name.empty() && dimension.empty()) return {};
  if (!name.empty() && !dimension.empty()) header.refuse_field("spacedimension", "with 'space' beside it, which counts twice");
  if (name.empty()) {
    if (!is_whole_number(dimension, 1, 8)) header.refuse_field("spacedimension", "a number of 1 to 8 is expected");
    return {static_cast<std::size_t>(std::stoll(dimension)), {1, 1, 1}, false};
  }
  const bool with_time = name.size() > 4 && name.ends_with("time");
  if (with_time) name.resize(name.size() - 4);
  const auto found = kSpaces.find(name);
  if (found == kSpaces.end() || (with_time && found->second.dimension != 3))
    header.refuse_field("space",
                        "left-posterior-superior, right-anterior-superior, left-anterior-superior, scanner-xyz, "
                        "3D-right-handed or 3D-left-handed is expected");
  Space space = found->second;
  if (with_time) space.dimension = 4;
  return space;
}

/// "(1,0,0) none (0,1,0)": a vector or none for each entry.
std::vector<std::optional<std::vector<double>>> vectors_of(const TextHeader& header, const std::string& key,
                                                           std::size_t dimension) {
  std::vector<std::optional<std::vector<double>>> found;
  const std::string text = header.field(key);
  if (text.empty()) return found;
  if (dimension == 0) header.refuse_field(key, "but neither 'space' nor 'space dimension', so it is not known of what space");
  std::string vector = "(1";
  for (std::size_t i = 1; i < dimension; ++i) vector += ",0";
  const std::string wrong = "vectors such as " + vector + "), or 'none', are expected: its space has " +
                            std::to_string(dimension) + " dimensions" + (dimension == 4 ? ", of which the last is time" : "");
  for (std::size_t at = text.find_first_not_of(" \t"); at != std::string::npos; at = text.find_first_not_of(" \t", at)) {
    if (text.compare(at, 4, "none") == 0) {
      found.emplace_back();
      at += 4;
      continue;
    }
    const std::size_t end = text.find(')', at);
    if (text[at] != '(' || end == std::string::npos) header.refuse_field(key, wrong);
    std::string inner = text.substr(at + 1, end - at - 1);
    std::replace(inner.begin(), inner.end(), ',', ' ');
    std::vector<double> entries;
    for (const std::string& word : words_of(inner))
      if (!is_number(word, entries.emplace_back())) header.refuse_field(key, wrong);
    if (entries.size() != dimension) header.refuse_field(key, wrong);
    const bool all_nan = std::all_of(entries.begin(), entries.end(), [](double entry) { return std::isnan(entry); });
    found.push_back(all_nan ? std::nullopt : std::optional(entries));
    at = end + 1;
  }
  return found;
}

/// Texts in quotation marks.
std::vector<std::string> quoted_of(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at)) {
    const std::size_t end = text.find('"', at + 1);
    if (end == std::string::npos) break;
    found.push_back(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return found;
}

double unit_of(const TextHeader& header, const std::string& key, const std::string& unit) {
  const auto length = millimetres_of(unit);
  if (!length) header.refuse_field(key, "a unit of length is expected, as \"mm\"");
  return *length;
}

/// All that the header says of each axis.
std::vector<Axis> axes_of(const TextHeader& header, const Space& space) {
  const std::vector<std::int64_t> sizes = axis_sizes(header, header.field("dimension"), header.field("sizes"));
  std::vector<Axis> axes(sizes.size());
  const auto spacings = header.numbers("spacings", axes.size()), mins = header.numbers("axismins", axes.size()),
             maxs = header.numbers("axismaxs", axes.size());
  const std::vector<std::string> kinds = words_of(header.field("kinds"));
  std::vector<std::string> centers = words_of(header.field("centers"));
  if (centers.empty()) centers = words_of(header.field("centerings"));
  const auto directions = vectors_of(header, "spacedirections", space.dimension);
  if (!directions.empty() && directions.size() != axes.size())
    header.refuse_field("spacedirections", "one vector or 'none' for each axis is expected");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i].size = sizes[i];
    if (!directions.empty()) axes[i].direction = directions[i];
    if (!spacings.empty()) axes[i].spacing = spacings[i];
    if (!mins.empty()) axes[i].min = mins[i];
    if (!maxs.empty()) axes[i].max = maxs[i];
    if (i < kinds.size()) axes[i].kind = lower_case(kinds[i]);
    if (i < centers.size()) axes[i].node = lower_case(centers[i]) == "node";
  }
  return axes;
}

bool is_of_space(const Axis& axis, bool by_direction) {
  if (by_direction) {
    if (!axis.direction) return false;
    // The axis of time in a space with time.
    return axis.direction->size() <= 3 ||
           std::any_of(axis.direction->begin(), axis.direction->begin() + 3, [](double entry) { return entry != 0; });
  }
  return axis.kind.empty() || axis.kind == "domain" || axis.kind == "space" || axis.kind == "none" || axis.kind == "???";
}

[[noreturn]] void refuse_axes(const TextHeader& header, const std::vector<Axis>& axes, const Axis* several) {
  std::vector<std::int64_t> sizes;
  for (const Axis& axis : axes) sizes.push_back(axis.size);
  const std::string found = std::to_string(sizes.size()) + "D (" + size_text(sizes) + ")";
  const bool is_voxel = several && !several->kind.empty() && several->kind != "list" && several->kind != "time" &&
                        several->kind != "domain" && several->kind != "space" && several->kind != "none" &&
                        several->kind != "???";
  if (is_voxel)
    refuse(header.file, "it has " + std::to_string(several->size) + " numbers a voxel (" +
                            printable(several->kind.substr(0, 40)) + "); an image with one number a voxel is expected");
  const auto directed = std::count_if(axes.begin(), axes.end(), [](const Axis& axis) { return axis.direction.has_value(); });
  if (sizes.size() >= 3 && directed > 0 && directed < 3)
    header.refuse_field("spacedirections", "only " + std::to_string(directed) + " of its " + std::to_string(sizes.size()) +
                                               " axes have a direction in space; a 3D image has three, so give every axis of "
                                               "space a vector in the place of 'none'");
  if (several)
    refuse(header.file,
           "it is " + found + ", so it contains several volumes; a single 3D image is expected: take one volume out of it");
  refuse(header.file, "it is " + found + "; a 3D image is expected");
}

/// The three axes of space. The others have one sample, so the voxels lie in the file as those of a 3D image do.
std::vector<Axis> axes_of_space(const TextHeader& header, const std::vector<Axis>& axes) {
  const bool by_direction = std::any_of(axes.begin(), axes.end(), [](const Axis& axis) { return axis.direction.has_value(); });
  std::vector<Axis> chosen;
  for (const Axis& axis : axes) {
    if (is_of_space(axis, by_direction)) chosen.push_back(axis);
    else if (axis.size != 1) refuse_axes(header, axes, &axis);
  }
  while (chosen.size() > 3) {
    const auto single = std::find_if(chosen.rbegin(), chosen.rend(), [](const Axis& axis) { return axis.size == 1; });
    if (single == chosen.rend()) refuse_axes(header, axes, &chosen.back());
    chosen.erase(std::next(single).base());
  }
  if (chosen.size() < 3) refuse_axes(header, axes, nullptr);
  return chosen;
}

/// Units of the space, or of each axis where there is none: mm of each number.
Vector units_of(const TextHeader& header, const Space& space, const std::vector<Axis>& all, bool has_directions) {
  Vector units{1, 1, 1};
  const std::string key = has_directions ? "spaceunits" : "units";
  const std::vector<std::string> names = quoted_of(header.field(key));
  std::size_t row = 0;
  for (std::size_t i = 0; i < names.size() && row < 3; ++i) {
    if (!has_directions && (i >= all.size() || !is_of_space(all[i], false))) continue;
    units[row++] = unit_of(header, key, names[i]);
  }
  if (has_directions && !names.empty() && names.size() != space.dimension)
    header.refuse_field(key, "a unit for each dimension of the space is expected");
  return units;
}

/// The format forbids spacings beside directions; where a writer gives both, they should be the same.
void note_spacings(const std::vector<Axis>& axes, const Vector& units, FileImage& image) {
  std::array<double, 3> said = geometry_of(image.grid).spacing;
  for (std::size_t i = 0; i < 3; ++i)
    if (std::isfinite(axes[i].spacing)) said[i] = std::abs(axes[i].spacing) * units[0];
  note_other_spacing(image, said, "spacings", "space directions");
}

void place_by_directions(const TextHeader& header, const Space& space, const std::vector<Axis>& axes, FileImage& image) {
  if (space.dimension < 3) header.refuse_field("spacedirections", "a space of 3 dimensions is expected");
  const auto origin = vectors_of(header, "spaceorigin", space.dimension);
  if (!origin.empty() && (origin.size() > 1 || !origin.front())) header.refuse_field("spaceorigin", "one vector is expected");
  if (origin.empty()) image.doubts.add_unsaid("where the image lies (no 'space origin'; 0 0 0 is taken)");
  const Vector units = units_of(header, space, axes, true);
  for (std::size_t row = 0; row < 3; ++row) {
    const double factor = space.to_lps[row] * units[row];
    for (std::size_t axis = 0; axis < 3; ++axis) image.grid.matrix[4 * row + axis] = factor * (*axes[axis].direction)[row];
    image.grid.matrix[4 * row + 3] = origin.empty() ? 0 : factor * (*origin.front())[row];
  }
  note_spacings(axes, units, image);
  for (const Axis& axis : axes)
    if (axis.direction->size() > 3 && (*axis.direction)[3] != 0)
      header.refuse_field("spacedirections", "an axis of space that runs through time too is not read here");
  if (!space.is_anatomical)
    image.doubts.add_unsaid(
        "how the image lies in the patient ('space' is none of left-posterior-superior, right-anterior-superior and "
        "left-anterior-superior, so left and right may be swapped)");
}

/// The step of an axis without directions; NaN when the header does not say.
double step_of(const Axis& axis) {
  if (!std::isnan(axis.spacing)) return axis.spacing;
  const double steps = static_cast<double>(axis.node ? axis.size - 1 : axis.size);
  return steps > 0 ? (axis.max - axis.min) / steps : kNone;
}

/// Axis mins are where samples begin: half a voxel before the first centre unless samples sit on the ends.
double start_of(const Axis& axis, double step) {
  if (!std::isfinite(axis.min)) return 0;
  return axis.node ? axis.min : axis.min + step / 2;
}

void place_by_spacings(const TextHeader& header, const Space& space, const std::vector<Axis>& all, const std::vector<Axis>& axes,
                       FileImage& image) {
  if (!header.field("spaceorigin").empty())
    header.refuse_field("spaceorigin", "but there are no 'space directions', so the place of the image is not known");
  const Vector units = units_of(header, space, all, false);
  bool all_known = true;
  for (std::size_t i = 0; i < 3; ++i) {
    double step = step_of(axes[i]);
    all_known = all_known && !std::isnan(step);
    if (std::isnan(step)) step = 1;
    if (!(step > 0 && std::isfinite(step)))
      refuse(header.file, "its voxel size along axis " + std::to_string(i) + " is " + number_text(step) +
                              "; it must be above 0, so correct the header");
    image.grid.matrix[5 * i] = step * units[i];
    image.grid.matrix[4 * i + 3] = start_of(axes[i], step) * units[i];
  }
  if (!all_known) image.doubts.add_unsaid("the voxel size along each axis (1 mm is taken where it is missing)");
  image.doubts.add_unsaid("how the image lies in the patient (no 'space directions', so left and right may be swapped)");
}

}  // namespace

FileImage read_nrrd(const std::filesystem::path& file) {
  const TextHeader header = read_nrrd_header(file);
  const Space space = space_of(header);
  const std::vector<Axis> all = axes_of(header, space), axes = axes_of_space(header, all);
  FileImage image("NRRD");
  for (std::size_t i = 0; i < 3; ++i) image.grid.size[i] = axes[i].size;
  if (axes.front().direction) place_by_directions(header, space, axes, image);
  else place_by_spacings(header, space, all, axes, image);
  image.voxels = nrrd_voxels(header, image.grid.size);
  if (header.has("oldmin") || header.has("oldmax"))
    image.doubts.add(
        "its header says what its values were before they were made whole numbers ('old min', 'old max'); they are "
        "read as they are, as teem and ITK have it");
  return image;
}

}  // namespace flowrun::io
