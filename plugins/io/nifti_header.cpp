#include <algorithm>
#include <bit>
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
  if (fields.has(magic, is_second ? "n+2" : "n+1")) return fields;
  if (fields.has(magic, is_second ? "ni2" : "ni1"))
    refuse(file,
           "it is the header of a NIfTI pair, whose voxels are in an .img file beside it; pairs are not read here: write the "
           "image as "
           "one file, .nii or .nii.gz");
  if (is_second) refuse(file, "it has the length of a NIfTI-2 header, but not its mark; it is damaged");
  refuse(
      file,
      "it has no NIfTI header: by its length it is an Analyze 7.5 header, which does not say how the image lies in the patient; "
      "convert it to NIfTI where you know that");
}

NiftiHeader first_version(const Fields& fields) {
  NiftiHeader header;
  for (std::size_t i = 0; i < 8; ++i) header.dim[i] = fields.at<std::int16_t>(40 + 2 * i);
  fields.take<float>(76, header.pixdim);
  header.datatype = fields.at<std::int16_t>(70);
  header.bits = fields.at<std::int16_t>(72);
  header.voxels_at = fields.at<float>(108);
  header.slope = fields.at<float>(112);
  header.intercept = fields.at<float>(116);
  header.units = fields.at<std::uint8_t>(123);
  header.qform_code = fields.at<std::int16_t>(252);
  header.sform_code = fields.at<std::int16_t>(254);
  fields.take<float>(256, header.quaternion);
  fields.take<float>(268, header.offset);
  fields.take<float>(280, header.rows);
  return header;
}

NiftiHeader second_version(const Fields& fields) {
  NiftiHeader header;
  for (std::size_t i = 0; i < 8; ++i) header.dim[i] = fields.at<std::int64_t>(16 + 8 * i);
  fields.take<double>(104, header.pixdim);
  header.datatype = fields.at<std::int16_t>(12);
  header.bits = fields.at<std::int16_t>(14);
  header.voxels_at = static_cast<double>(fields.at<std::int64_t>(168));
  header.slope = fields.at<double>(176);
  header.intercept = fields.at<double>(184);
  header.units = fields.at<std::int32_t>(500);
  header.qform_code = fields.at<std::int32_t>(344);
  header.sform_code = fields.at<std::int32_t>(348);
  fields.take<double>(352, header.quaternion);
  fields.take<double>(376, header.offset);
  fields.take<double>(400, header.rows);
  return header;
}

}  // namespace

NiftiHeader read_nifti_header(const std::filesystem::path& file, bool compressed) {
  const Fields fields = read_fields(file, compressed);
  NiftiHeader header = fields.length == kBytes2 ? second_version(fields) : first_version(fields);
  header.swapped = fields.swapped;
  if (!(header.voxels_at >= static_cast<double>(fields.length)) || header.voxels_at > 1e9)
    refuse(file, "its header says that its voxels start at byte " + number_text(header.voxels_at) + "; it is damaged");
  return header;
}

}  // namespace flowrun::io
