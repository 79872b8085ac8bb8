// Where the voxels of a NRRD file are, and how they are written.
#include "nrrd_voxels.h"

#include <bit>
#include <fstream>
#include <limits>
#include <map>

#include "file_image.h"
#include "image_header.h"

namespace flowrun::io {
namespace {

VoxelType type_of(const TextHeader& header) {
  static const std::map<std::string, VoxelType> kTypes{{"signed char", VoxelType::int8},
                                                       {"int8", VoxelType::int8},
                                                       {"int8_t", VoxelType::int8},
                                                       {"uchar", VoxelType::uint8},
                                                       {"unsigned char", VoxelType::uint8},
                                                       {"uint8", VoxelType::uint8},
                                                       {"uint8_t", VoxelType::uint8},
                                                       {"short", VoxelType::int16},
                                                       {"short int", VoxelType::int16},
                                                       {"signed short", VoxelType::int16},
                                                       {"signed short int", VoxelType::int16},
                                                       {"int16", VoxelType::int16},
                                                       {"int16_t", VoxelType::int16},
                                                       {"ushort", VoxelType::uint16},
                                                       {"unsigned short", VoxelType::uint16},
                                                       {"unsigned short int", VoxelType::uint16},
                                                       {"uint16", VoxelType::uint16},
                                                       {"uint16_t", VoxelType::uint16},
                                                       {"int", VoxelType::int32},
                                                       {"signed int", VoxelType::int32},
                                                       {"int32", VoxelType::int32},
                                                       {"int32_t", VoxelType::int32},
                                                       {"uint", VoxelType::uint32},
                                                       {"unsigned int", VoxelType::uint32},
                                                       {"uint32", VoxelType::uint32},
                                                       {"uint32_t", VoxelType::uint32},
                                                       {"longlong", VoxelType::int64},
                                                       {"long long", VoxelType::int64},
                                                       {"long long int", VoxelType::int64},
                                                       {"signed long long", VoxelType::int64},
                                                       {"signed long long int", VoxelType::int64},
                                                       {"int64", VoxelType::int64},
                                                       {"int64_t", VoxelType::int64},
                                                       {"ulonglong", VoxelType::uint64},
                                                       {"unsigned long long", VoxelType::uint64},
                                                       {"unsigned long long int", VoxelType::uint64},
                                                       {"uint64", VoxelType::uint64},
                                                       {"uint64_t", VoxelType::uint64},
                                                       {"float", VoxelType::float32},
                                                       {"double", VoxelType::float64}};
  std::string name;
  for (const std::string& word : words_of(lower_case(header.field("type")))) name += (name.empty() ? "" : " ") + word;
  const auto found = kTypes.find(name);
  if (found == kTypes.end()) header.refuse_field("type", "a type of whole numbers of up to 64 bits, float or double is expected");
  return found->second;
}

Coding coding_of(const TextHeader& header) {
  const std::string encoding = lower_case(header.field("encoding"));
  if (encoding == "raw") return Coding::raw;
  if (encoding == "gzip" || encoding == "gz") return Coding::deflated;
  if (encoding == "text" || encoding == "txt" || encoding == "ascii") return Coding::text;
  if (encoding == "hex") return Coding::hexadecimal;
  header.refuse_field("encoding",
                      "its voxels are written in a way that is not read here; write it as .nii.gz, or as .nrrd in raw "
                      "or gzip encoding");
}

bool is_swapped(const TextHeader& header, const VoxelSource& source) {
  if (bytes_of(source.type) == 1 || source.coding == Coding::text) return false;
  const std::string endian = lower_case(header.field("endian"));
  if (endian != "little" && endian != "big")
    refuse(header.file, "its NRRD header does not say the order of bytes (endian: little or big); correct the header");
  return (endian == "big") != (std::endian::native == std::endian::big);
}

std::uint64_t skipped(const TextHeader& header, const std::string& key, const std::string& other) {
  const std::string text = header.field(key).empty() ? header.field(other) : header.field(key);
  if (text.empty()) return 0;
  if (!is_whole_number(text, 0, std::int64_t{1} << 50)) header.refuse_field(key, "a whole number from 0 on is expected");
  return static_cast<std::uint64_t>(std::stoll(text));
}

/// The byte behind so many lines.
std::uint64_t behind_lines(const std::filesystem::path& file, std::uint64_t from, std::uint64_t lines) {
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(from));
  for (; lines > 0 && stream; --lines) stream.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  return stream ? static_cast<std::uint64_t>(stream.tellg()) : size_of(file);
}

}  // namespace

VoxelSource nrrd_voxels(const TextHeader& header, const std::array<std::int64_t, 3>& size) {
  const std::string data = header.field("datafile");
  require_one_data_file(header, data);
  VoxelSource source;
  source.type = type_of(header);
  source.coding = coding_of(header);
  source.swapped = is_swapped(header, source);
  source.file = data.empty() ? header.file : data_file_of(header.file, data);
  source.offset = data.empty() ? header.end : 0;
  source.offset = behind_lines(source.file, source.offset, skipped(header, "lineskip", "lineskip"));
  if (header.field("byteskip") == "-1") {
    if (source.coding != Coding::raw) header.refuse_field("byteskip", "which is for raw encoding only");
    place_at_end(source, size, header.file);
    return source;
  }
  (source.coding == Coding::deflated ? source.offset_inflated : source.offset) += skipped(header, "byteskip", "byteskip");
  return source;
}

}  // namespace flowrun::io
