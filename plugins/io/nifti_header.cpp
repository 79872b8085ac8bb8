#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "data_stream.h"
#include "image_header.h"
#include "nifti_file.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kBytes1 = 348;
constexpr std::size_t kBytes2 = 540;

/// Numbers at places of the header, in this machine's byte order.
class Fields {
 public:
  std::array<unsigned char, kBytes2> bytes{};
  std::size_t length = 0;  ///< of the header
  bool swapped = false;

  template <class T>
  T at(std::size_t place) const {
    std::array<unsigned char, sizeof(T)> raw;
    for (std::size_t i = 0; i < sizeof(T); ++i) raw[i] = bytes[place + (swapped ? sizeof(T) - 1 - i : i)];
    return std::bit_cast<T>(raw);
  }
  template <class T, std::size_t N>
  void take(std::size_t place, std::array<double, N>& numbers) const {
    for (std::size_t i = 0; i < N; ++i) numbers[i] = static_cast<double>(at<T>(place + i * sizeof(T)));
  }
  bool has(std::size_t place, const char* text) const { return std::memcmp(&bytes[place], text, std::strlen(text)) == 0; }
};

/// The length that the header says it has, in whichever byte order that makes sense.
bool find_order(Fields& fields) {
  for (const bool swapped : {false, true}) {
    fields.swapped = swapped;
    const auto length = fields.at<std::int32_t>(0);
    if (length == static_cast<std::int32_t>(kBytes1) || length == static_cast<std::int32_t>(kBytes2)) {
      fields.length = static_cast<std::size_t>(length);
      return true;
    }
  }
  return false;
}

Fields read_fields(const std::filesystem::path& file, bool compressed) {
  Fields fields;
  DataStream stream(file, 0, compressed);
  const std::size_t came = stream.read(fields.bytes.data(), fields.bytes.size());
  if (came < kBytes1) refuse(file, "it is too short for a NIfTI file; copy or make it again");
  if (!find_order(fields)) refuse(file, "its name says NIfTI, but it has no NIfTI header; it is damaged or of another format");
  const bool is_second = fields.length == kBytes2;
  if (came < fields.length) refuse(file, "it is too short for a NIfTI-2 file; copy or make it again");
  const std::size_t magic = is_second ? 4 : 344;
  if (is_second && fields.has(4, "n+2") && std::memcmp(&fields.bytes[7], "\0\r\n\032\n", 5) != 0)
    refuse(file, "the line ends in the mark of its NIfTI-2 header were changed, as by a copy in text mode; copy it again");
  if (fields.has(magic, is_second ? "n+2" : "n+1")) return fields;
  if (fields.has(magic, is_second ? "ni2" : "ni1"))
    refuse(file,
           "it is the header of a NIfTI pair, whose voxels are in an .img file beside it; pairs are not read here: "
           "write the image as one file, .nii or .nii.gz");
  if (is_second) refuse(file, "it has the length of a NIfTI-2 header, but not its mark; it is damaged");
  refuse(file,
         "it has no NIfTI header: by its length it is an Analyze 7.5 header, which does not say how the image lies in "
         "the patient; convert it to NIfTI where you know that");
}

/// Where a version of the header has its fields.
struct Places {
  std::size_t dim, pixdim, datatype, bits, voxels_at, slope, intercept, units, qform_code, sform_code, quaternion, offset, rows,
      intent;
};
constexpr Places kFirst{40, 76, 70, 72, 108, 112, 116, 123, 252, 254, 256, 268, 280, 68};
constexpr Places kSecond{16, 104, 12, 14, 168, 176, 184, 500, 344, 348, 352, 376, 400, 504};

/// The types in which a version has sizes, numbers, codes, the place of the voxels and the units.
template <class Size, class Number, class Code, class Place, class Units>
NiftiHeader taken(const Fields& fields, const Places& at) {
  NiftiHeader header;
  for (std::size_t i = 0; i < 8; ++i) header.dim[i] = fields.at<Size>(at.dim + i * sizeof(Size));
  fields.take<Number>(at.pixdim, header.pixdim);
  header.datatype = fields.at<std::int16_t>(at.datatype);
  header.bits = fields.at<std::int16_t>(at.bits);
  header.voxels_at = static_cast<double>(fields.at<Place>(at.voxels_at));
  header.slope = fields.at<Number>(at.slope);
  header.intercept = fields.at<Number>(at.intercept);
  header.units = fields.at<Units>(at.units);
  header.qform_code = fields.at<Code>(at.qform_code);
  header.sform_code = fields.at<Code>(at.sform_code);
  fields.take<Number>(at.quaternion, header.quaternion);
  fields.take<Number>(at.offset, header.offset);
  fields.take<Number>(at.rows, header.rows);
  header.intent = fields.at<Code>(at.intent);
  return header;
}

}  // namespace

NiftiHeader read_nifti_header(const std::filesystem::path& file, bool compressed) {
  const Fields fields = read_fields(file, compressed);
  NiftiHeader header = fields.length == kBytes2
                           ? taken<std::int64_t, double, std::int32_t, std::int64_t, std::int32_t>(fields, kSecond)
                           : taken<std::int16_t, float, std::int16_t, float, std::uint8_t>(fields, kFirst);
  header.swapped = fields.swapped;
  if (!(header.voxels_at >= static_cast<double>(fields.length)) || header.voxels_at > 1e9 ||
      header.voxels_at != std::floor(header.voxels_at))
    refuse(file, "its header says that its voxels start at byte " + number_text(header.voxels_at) + "; it is damaged");
  return header;
}

}  // namespace flowrun::io
