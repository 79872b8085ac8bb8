#include "nifti_file.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "flowrun/sdk/error.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

using Matrix = std::array<double, 12>;

constexpr double kNoticeable = 0.1;                   // of a voxel, between the two forms
constexpr double kFarthest = 1e6;                     // mm; heads and bodies lie well within
constexpr int kFirstCifti = 3000, kLastCifti = 3099;  // intent codes

void require_sizes(const NiftiHeader& header, const std::filesystem::path& file) {
  const std::int64_t axes = header.dim[0];
  if (axes < 1 || axes > 7) refuse(file, "its header says that it has " + std::to_string(axes) + " dimensions; it is damaged");
  const std::vector<std::int64_t> sizes(header.dim.begin() + 1, header.dim.begin() + 1 + axes);
  if (header.intent >= kFirstCifti && header.intent <= kLastCifti)
    refuse(file,
           "it is a CIFTI file (values at places of the brain's surface and in regions, not on a grid); an image is "
           "expected");
  if (std::any_of(sizes.begin(), sizes.end(), [](std::int64_t size) { return size < 1; }))
    refuse(file, "its header promises " + size_text(sizes) + " voxels, which no image has; the header is damaged");
  if (axes >= 5 && header.dim[4] == 1 && header.dim[5] > 1)
    refuse(file,
           "it has " + std::to_string(header.dim[5]) + " numbers a voxel (vector); an image with one number a voxel is expected");
  require_one_volume(file, sizes);
}

VoxelType type_of(const NiftiHeader& header, const std::filesystem::path& file) {
  static const std::map<int, VoxelType> kTypes{{2, VoxelType::uint8},    {4, VoxelType::int16},    {8, VoxelType::int32},
                                               {16, VoxelType::float32}, {64, VoxelType::float64}, {256, VoxelType::int8},
                                               {512, VoxelType::uint16}, {768, VoxelType::uint32}, {1024, VoxelType::int64},
                                               {1280, VoxelType::uint64}};
  static const std::map<int, std::string> kOthers{{1, "voxels of 1 bit"},
                                                  {32, "2 numbers a voxel (complex)"},
                                                  {1792, "2 numbers a voxel (complex)"},
                                                  {2048, "2 numbers a voxel (complex)"},
                                                  {128, "3 numbers a voxel (rgb)"},
                                                  {2304, "4 numbers a voxel (rgba)"},
                                                  {1536, "voxels of 128 bits"}};
  if (const auto known = kTypes.find(header.datatype); known != kTypes.end()) return known->second;
  if (const auto other = kOthers.find(header.datatype); other != kOthers.end())
    refuse(file, "it has " + other->second + "; an image with one number of up to 64 bits a voxel is expected");
  if (header.datatype == 0)
    refuse(file, "its header does not say the type of its voxels (NIfTI data type 0); correct the header");
  refuse(file, "its header says that its voxels are of NIfTI data type " + std::to_string(header.datatype) +
                   ", which does not exist; it is damaged");
}

/// A slope that is 0 or not finite means that there is none, as nibabel has it. Nibabel itself writes NaN for both.
void take_scaling(const NiftiHeader& header, const std::filesystem::path& file, FileImage& image) {
  VoxelSource& voxels = image.voxels;
  if (header.slope == 0 || !std::isfinite(header.slope)) {
    if (std::isinf(header.slope) || (header.intercept != 0 && !std::isnan(header.intercept)))
      image.doubts.add("its header gives the slope " + number_text(header.slope) + " and the intercept " +
                       number_text(header.intercept) +
                       " for its values; such a slope means none, so neither is used, as nibabel "
                       "has it");
    return;
  }
  if (!std::isfinite(header.intercept))
    refuse(file, "its header gives the slope " + number_text(header.slope) + " and the intercept " +
                     number_text(header.intercept) + " for its values, which must be finite; correct the header");
  voxels.slope = header.slope;
  voxels.intercept = header.intercept;
  voxels.scaled = header.slope != 1 || header.intercept != 0;
}

/// mm of the header's unit of length.
double unit_of(const NiftiHeader& header, Doubts& doubts) {
  constexpr int kSpaceBits = 7, kMeter = 1, kMillimeter = 2, kMicron = 3;
  const int unit = header.units & kSpaceBits;
  if (unit == kMeter) return 1000;
  if (unit == kMicron) return 1e-3;
  if (unit > kMillimeter)
    doubts.add("its header gives the unit of length " + std::to_string(unit) + ", which does not exist; mm is taken");
  return 1;
}

bool is_possible(const Matrix& matrix) {
  return std::all_of(matrix.begin(), matrix.end(), [](double entry) { return std::abs(entry) < kFarthest; });
}

/// NIfTI's world is RAS in the header's unit, the framework's LPS in mm.
Matrix to_world(Matrix matrix, double unit) {
  for (std::size_t i = 0; i < 12; ++i) matrix[i] *= i < 8 ? -unit : unit;
  return matrix;
}

std::string voxel_size_text(const NiftiHeader& header) {
  return number_text(header.pixdim[1]) + " x " + number_text(header.pixdim[2]) + " x " + number_text(header.pixdim[3]);
}

bool has_voxel_size(const NiftiHeader& header) {
  return std::all_of(header.pixdim.begin() + 1, header.pixdim.begin() + 4,
                     [](double size) { return std::isfinite(size) && size > 0; });
}

/// Without a form: the middle of the image at 0, x to the left. Nothing in the header says so; it is what nibabel
/// shows.
Matrix base_matrix(const NiftiHeader& header, const std::filesystem::path& file) {
  if (!has_voxel_size(header))
    refuse(file, "its voxel size is " + voxel_size_text(header) + " mm; each must be above 0, so correct the header");
  Matrix matrix{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double step = axis == 0 ? -header.pixdim[1] : header.pixdim[axis + 1];
    matrix[5 * axis] = step;
    matrix[4 * axis + 3] = -step * static_cast<double>(header.dim[axis + 1] - 1) / 2;
  }
  return matrix;
}

/// "sform, code 2".
std::string form_text(const std::string& form, int code) { return form + ", code " + std::to_string(code); }

class Forms {
 public:
  Forms(const NiftiHeader& header, const std::filesystem::path& file, FileImage& image)
      : header_(header), file_(file), image_(image), unit_(unit_of(header, image.doubts)) {}

  void choose(NiftiForm form) {
    note_code("sform", header_.sform_code);
    note_code("qform", header_.qform_code);
    const bool has_sform = header_.sform_code > 0, has_qform = header_.qform_code > 0;
    if (form == NiftiForm::sform && !has_sform) refuse_missing("sform", has_qform ? "qform" : "");
    if (form == NiftiForm::qform && !has_qform) refuse_missing("qform", has_sform ? "sform" : "");
    if (has_sform && form != NiftiForm::qform) take_sform(has_qform);
    else if (has_qform) take_qform(has_sform);
    else take_none();
    if (!has_voxel_size(header_))
      image_.doubts.add("its header gives the voxel size " + voxel_size_text(header_) +
                        ", which cannot be; the voxel size of its sform is used");
  }

 private:
  void note_code(const std::string& form, int code) {
    constexpr int kLastCode = 5;
    if (code < 0 || code > kLastCode)
      image_.doubts.add("its header has the code " + std::to_string(code) + " for its " + form +
                        ", which does not exist; it counts " + (code > 0 ? "as one above 0" : "as 0"));
  }

  [[noreturn]] void refuse_missing(const std::string& form, const std::string& other) {
    refuse(file_, "its header has no " + form + " (its code is 0), and the parameter 'nifti_form' asks for it" +
                      (other.empty() ? "" : "; the header has a " + other));
  }

  void take_sform(bool has_other) {
    if (!is_possible(to_world(header_.rows, unit_)))
      refuse(file_, "its place in the world (sform) is not finite or kilometres away; correct the header" +
                        other_way(has_other, "qform"));
    image_.grid.matrix = to_world(header_.rows, unit_);
    require_usable_or(other_way(has_other, "qform"));
    const auto other = has_other ? qform_or_none() : std::nullopt;
    if (!other && has_voxel_size(header_))
      note_other_spacing(image_, {header_.pixdim[1] * unit_, header_.pixdim[2] * unit_, header_.pixdim[3] * unit_}, "pixdim",
                         "sform");
    if (!has_other) return;
    image_.hint = "or set 'nifti_form' to \"qform\" to use the header's other form";
    if (!other) return image_.doubts.add("its header has a qform that cannot be; the sform is used");
    compare("sform", "qform", *other);
  }

  /// Throws the reason why the grid cannot be used, with the parameter that chooses the other form.
  void require_usable_or(const std::string& other_way) const try {
    require_usable(geometry_of(image_.grid), file_);
  } catch (const Error& error) {
    throw Error(error.what() + other_way);
  }

  void take_qform(bool has_other) {
    try {
      image_.grid.matrix = to_world(qform_matrix(header_, file_), unit_);
    } catch (const Error& error) {
      throw Error(error.what() + other_way(has_other, "sform"));
    }
    if (has_other) compare("qform", "sform", to_world(header_.rows, unit_));
  }

  void take_none() {
    image_.grid.matrix = to_world(base_matrix(header_, file_), unit_);
    image_.doubts.add_unsaid(
        "how the image lies in the patient (the codes of sform and qform are 0, so left and right may be swapped; its "
        "middle is put at 0 and its x axis to the left, as nibabel does)");
  }

  std::optional<Matrix> qform_or_none() const {
    try {
      return to_world(qform_matrix(header_, file_), unit_);
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

  void compare(const std::string& used, const std::string& other, const Matrix& matrix) {
    const double shift = corner_shift(image_.grid.matrix, matrix, image_.grid.size);
    const Geometry geometry = geometry_of(image_.grid);
    if (!(shift > kNoticeable * std::min({geometry.spacing[0], geometry.spacing[1], geometry.spacing[2]}))) return;
    image_.doubts.add("its header gives the place of the image in two ways (" + form_text("sform", header_.sform_code) +
                      ", and " + form_text("qform", header_.qform_code) + ") that lie up to " + number_text(shift) +
                      " mm apart; the " + used + " is used" + (used == "sform" ? ", as nibabel, FSL and SPM show it" : "") +
                      ": set the parameter 'nifti_form' to \"" + other + "\" to use the other");
  }

  static std::string other_way(bool has_other, const std::string& form) {
    return has_other ? ", or set the parameter 'nifti_form' to \"" + form + "\"" : "";
  }

  const NiftiHeader& header_;
  const std::filesystem::path& file_;
  FileImage& image_;
  double unit_;
};

std::string bits_doubt(const NiftiHeader& header, VoxelType type) {
  if (header.bits == 0 || static_cast<std::size_t>(header.bits) == 8 * bytes_of(type)) return "";
  return "its header says that a voxel has " + std::to_string(header.bits) + " bits, but its data type has " +
         std::to_string(8 * bytes_of(type)) + "; the data type is believed";
}

}  // namespace

Matrix qform_matrix(const NiftiHeader& header, const std::filesystem::path& file) {
  constexpr double kLongest = 1 + 1e-4;  // of a quaternion, squared; rounding leaves 1e-7
  const auto [b, c, d] = header.quaternion;
  const double squares = b * b + c * c + d * d, qfac = header.pixdim[0];
  if (!has_voxel_size(header))
    refuse(file, "its voxel size is " + voxel_size_text(header) + " mm; each must be above 0, so correct the header");
  if (!(squares <= kLongest))
    refuse(file, "the quaternion of its qform (" + number_text(b) + ", " + number_text(c) + ", " + number_text(d) +
                     ") is longer than 1 or not finite; correct the header");
  if (!std::isfinite(qfac) || (qfac < 0 && qfac != -1))
    refuse(file, "its header gives qfac = " + number_text(qfac) + "; -1 or 1 is expected, and readers differ about others");
  const double a = std::sqrt(std::max(0.0, 1 - squares)), norm = a * a + squares;
  const double dx = header.pixdim[1] / norm, dy = header.pixdim[2] / norm, dz = (qfac < 0 ? -1 : 1) * header.pixdim[3] / norm;
  const Matrix matrix{(a * a + b * b - c * c - d * d) * dx,
                      2 * (b * c - a * d) * dy,
                      2 * (b * d + a * c) * dz,
                      header.offset[0],
                      2 * (b * c + a * d) * dx,
                      (a * a + c * c - b * b - d * d) * dy,
                      2 * (c * d - a * b) * dz,
                      header.offset[1],
                      2 * (b * d - a * c) * dx,
                      2 * (c * d + a * b) * dy,
                      (a * a + d * d - c * c - b * b) * dz,
                      header.offset[2]};
  if (!is_possible(matrix)) refuse(file, "its place in the world (qform) is not finite or kilometres away; correct the header");
  return matrix;
}

FileImage read_nifti(const std::filesystem::path& file, bool compressed, NiftiForm form) {
  const NiftiHeader header = read_nifti_header(file, compressed);
  FileImage image("NIfTI");
  require_sizes(header, file);
  image.voxels.type = type_of(header, file);
  for (std::size_t axis = 0; axis < 3; ++axis) image.grid.size[axis] = header.dim[axis + 1];
  const std::string bits = bits_doubt(header, image.voxels.type);
  if (!bits.empty()) image.doubts.add(bits);
  image.voxels.file = file;
  image.voxels.coding = compressed ? Coding::deflated : Coding::raw;
  (compressed ? image.voxels.offset_inflated : image.voxels.offset) = static_cast<std::uint64_t>(header.voxels_at);
  image.voxels.swapped = header.swapped;
  take_scaling(header, file, image);
  Forms(header, file, image).choose(form);
  return image;
}

}  // namespace flowrun::io
