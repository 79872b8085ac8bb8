#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "data_stream.h"
#include "image_header.h"
#include "nifti_file.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kHeaderBytes = 348;
constexpr std::int32_t kNifti2HeaderBytes = 540;

/// Numbers at places of the header, in this machine's byte order.
class Fields {
 public:
  std::array<unsigned char, kHeaderBytes> bytes{};
  bool swapped = false;

  template <class T>
  T at(std::size_t place) const {
    std::array<unsigned char, sizeof(T)> raw;
    for (std::size_t i = 0; i < sizeof(T); ++i) raw[i] = bytes[place + (swapped ? sizeof(T) - 1 - i : i)];
    return std::bit_cast<T>(raw);
  }
};

Fields read_fields(const std::filesystem::path& file, bool compressed) {
  Fields fields;
  DataStream stream(file, 0, compressed);
  if (stream.read(fields.bytes.data(), kHeaderBytes) != kHeaderBytes)
    refuse(file, "it is too short for a NIfTI file; copy or make it again");
  fields.swapped = fields.at<std::int32_t>(0) != static_cast<std::int32_t>(kHeaderBytes);
  const bool is_nifti1 = fields.at<std::int32_t>(0) == static_cast<std::int32_t>(kHeaderBytes);
  std::int32_t plain = 0;
  std::memcpy(&plain, fields.bytes.data(), sizeof plain);
  if (plain == kNifti2HeaderBytes || fields.at<std::int32_t>(0) == kNifti2HeaderBytes)
    refuse(file, "it is a NIfTI-2 file, which this reader does not know; convert it to NIfTI-1 or NRRD");
  if (!is_nifti1 || std::memcmp(&fields.bytes[344], "n+1", 4) != 0)
    refuse(file, "its name says NIfTI, but it has no NIfTI-1 header; it is damaged or of another format");
  return fields;
}

/// The NIfTI library prints what it thinks of others on the standard error.
void require_known_type(const NiftiHeader& header, const std::filesystem::path& file) {
  constexpr std::array<int, 16> kTypes{2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304};
  if (std::find(kTypes.begin(), kTypes.end(), header.datatype) == kTypes.end())
    refuse(file, "its header says that its voxels are of NIfTI data type " + std::to_string(header.datatype) +
                     ", which there is not; it is damaged");
}

/// The matrix of a quaternion, as NIfTI-1 defines it (method 2).
std::array<double, 12> quaternion_matrix(const Fields& fields, const NiftiHeader& header) {
  const double b = fields.at<float>(256), c = fields.at<float>(260), d = fields.at<float>(264);
  const double a = std::sqrt(std::max(0.0, 1 - b * b - c * c - d * d));
  const double dx = header.pixdim[1], dy = header.pixdim[2], dz = header.pixdim[0] < 0 ? -header.pixdim[3] : header.pixdim[3];
  return {(a * a + b * b - c * c - d * d) * dx,
          2 * (b * c - a * d) * dy,
          2 * (b * d + a * c) * dz,
          fields.at<float>(268),
          2 * (b * c + a * d) * dx,
          (a * a + c * c - b * b - d * d) * dy,
          2 * (c * d - a * b) * dz,
          fields.at<float>(272),
          2 * (b * d - a * c) * dx,
          2 * (c * d + a * b) * dy,
          (a * a + d * d - c * c - b * b) * dz,
          fields.at<float>(276)};
}

/// NIfTI's world is RAS, the framework's LPS.
std::array<double, 12> to_lps(std::array<double, 12> matrix) {
  for (std::size_t i = 0; i < 8; ++i) matrix[i] = -matrix[i];
  return matrix;
}

std::array<double, 12> matrix_of(const Geometry& g) {
  std::array<double, 12> matrix;
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis) matrix[4 * row + axis] = g.direction[3 * row + axis] * g.spacing[axis];
    matrix[4 * row + 3] = g.origin[row];
  }
  return matrix;
}

/// How far apart two matrices put a corner of the grid, in mm, at most.
double largest_shift(const std::array<double, 12>& a, const std::array<double, 12>& b, const Geometry& grid) {
  double largest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    double squares = 0;
    for (std::size_t row = 0; row < 3; ++row) {
      double shift = a[4 * row + 3] - b[4 * row + 3];
      for (std::size_t axis = 0; axis < 3; ++axis)
        if (corner >> axis & 1) shift += (a[4 * row + axis] - b[4 * row + axis]) * static_cast<double>(grid.size[axis] - 1);
      squares += shift * shift;
    }
    largest = std::isfinite(squares) ? std::max(largest, std::sqrt(squares)) : HUGE_VAL;
  }
  return largest;
}

void require_sizes(const NiftiHeader& header, const std::filesystem::path& file) {
  const std::int64_t axes = header.dim[0];
  if (axes < 1 || axes > 7) refuse(file, "its header says that it has " + std::to_string(axes) + " dimensions; it is damaged");
  const std::vector<std::int64_t> sizes(header.dim.begin() + 1, header.dim.begin() + 1 + axes);
  if (std::any_of(sizes.begin(), sizes.end(), [](std::int64_t size) { return size < 1; }))
    refuse(file, "its header promises " + size_text(sizes) + " voxels, which no image has; the header is damaged");
}

void require_voxel_size(const NiftiHeader& header, const std::filesystem::path& file) {
  for (std::size_t axis = 1; axis <= 3; ++axis)
    if (header.dim[0] >= static_cast<std::int64_t>(axis) && !(std::isfinite(header.pixdim[axis]) && header.pixdim[axis] > 0))
      refuse(file, "its voxel size is " + number_text(header.pixdim[1]) + " x " + number_text(header.pixdim[2]) + " x " +
                       number_text(header.pixdim[3]) + " mm; each must be above 0, so the header needs mending");
}

/// ITK's linear algebra ends the whole process at a NaN, so nothing odd may reach it.
void require_placement(const NiftiHeader& header, const std::filesystem::path& file) {
  constexpr double kFarthest = 1e6;  // mm; heads and bodies lie well within
  const auto odd = [](double value) { return !(std::abs(value) < kFarthest); };
  const bool q_odd = header.qform_code > 0 && std::any_of(header.qform.begin(), header.qform.end(), odd);
  const bool s_odd = header.sform_code > 0 && std::any_of(header.sform.begin(), header.sform.end(), odd);
  if (q_odd || s_odd || odd(header.pixdim[0]))
    refuse(file, "its place in the world (" + std::string(q_odd ? "qform" : "sform") +
                     ") is not finite or kilometres away; the header needs mending");
}

}  // namespace

NiftiHeader read_nifti_header(const std::filesystem::path& file, bool compressed) {
  const Fields fields = read_fields(file, compressed);
  NiftiHeader header;
  header.swapped = fields.swapped;
  for (std::size_t i = 0; i < 8; ++i) {
    header.dim[i] = fields.at<std::int16_t>(40 + 2 * i);
    header.pixdim[i] = fields.at<float>(76 + 4 * i);
  }
  header.datatype = fields.at<std::int16_t>(70);
  header.bits = fields.at<std::int16_t>(72);
  const double offset = fields.at<float>(108);
  if (!(offset >= static_cast<double>(kHeaderBytes)) || offset > 1e9)
    refuse(file, "its header says that its voxels start at byte " + number_text(offset) + "; it is damaged");
  header.voxels_at = static_cast<std::uint64_t>(offset);
  header.slope = fields.at<float>(112);
  header.intercept = fields.at<float>(116);
  header.qform_code = fields.at<std::int16_t>(252);
  header.sform_code = fields.at<std::int16_t>(254);
  require_known_type(header, file);
  require_sizes(header, file);
  require_voxel_size(header, file);
  header.qform = to_lps(quaternion_matrix(fields, header));
  for (std::size_t i = 0; i < 12; ++i) header.sform[i] = fields.at<float>(280 + 4 * i);
  header.sform = to_lps(header.sform);
  require_placement(header, file);
  return header;
}

std::string placement_doubt(const NiftiHeader& header, const Geometry& used) {
  constexpr double kNoticeable = 0.05;  // of a voxel
  if (header.qform_code <= 0 && header.sform_code <= 0)
    return "its header does not say how the image lies in the patient, so left and right may be swapped";
  const double voxel = std::min({used.spacing[0], used.spacing[1], used.spacing[2]});
  const auto taken = matrix_of(used);
  const double from_q = largest_shift(taken, header.qform, used), from_s = largest_shift(taken, header.sform, used);
  if (header.qform_code > 0 && header.sform_code > 0 && largest_shift(header.qform, header.sform, used) > kNoticeable * voxel)
    return "its header tells the image's place in two ways (qform and sform) that lie up to " +
           number_text(largest_shift(header.qform, header.sform, used)) + " mm apart; the " +
           (from_q <= from_s ? "qform" : "sform") + " is used";
  return "";
}

}  // namespace flowrun::io
