#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "data_stream.h"
#include "image_header.h"
#include "nifti_file.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kStep = std::size_t{1} << 20;             // voxels at a time
constexpr std::uint64_t kLargestRatio = 1032;                   // of deflate: more cannot come out of a byte
constexpr std::uint64_t kLookBehind = std::uint64_t{64} << 20;  // bytes behind the voxels that are read for the checksum's sake

template <class T>
T swapped(T value) {
  auto bytes = std::bit_cast<std::array<unsigned char, sizeof(T)>>(value);
  std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

/// Appends `count` voxels of type T; the vector grows as data come, so a header that lies costs no memory.
template <class T>
bool take(DataStream& stream, const NiftiHeader& header, std::size_t count, std::vector<float>& voxels) {
  const std::size_t start = voxels.size();
  voxels.resize(start + count);
  std::vector<T> block(std::is_same_v<T, float> ? 0 : count);
  void* target = std::is_same_v<T, float> ? static_cast<void*>(voxels.data() + start) : static_cast<void*>(block.data());
  if (stream.read(target, count * sizeof(T)) != count * sizeof(T)) return false;
  const T* values = static_cast<const T*>(target);
  // As ITK has it: a slope of 0 means that there is none.
  const bool scaled =
      std::abs(header.slope) > std::numeric_limits<double>::epsilon() && (header.slope != 1 || header.intercept != 0);
  if (std::is_same_v<T, float> && !header.swapped && !scaled) return true;
  for (std::size_t i = 0; i < count; ++i) {
    const T value = header.swapped ? swapped(values[i]) : values[i];
    voxels[start + i] =
        scaled ? static_cast<float>(static_cast<double>(value) * header.slope + header.intercept) : static_cast<float>(value);
  }
  return true;
}

using Take = bool (*)(DataStream&, const NiftiHeader&, std::size_t, std::vector<float>&);
struct VoxelType {
  int code;
  std::size_t bytes;
  Take take;
};

/// Null for complex numbers, colours and other types that are not one plain number.
const VoxelType* voxel_type(int code) {
  static const std::array<VoxelType, 10> kTypes{{{2, 1, take<std::uint8_t>},
                                                 {4, 2, take<std::int16_t>},
                                                 {8, 4, take<std::int32_t>},
                                                 {16, 4, take<float>},
                                                 {64, 8, take<double>},
                                                 {256, 1, take<std::int8_t>},
                                                 {512, 2, take<std::uint16_t>},
                                                 {768, 4, take<std::uint32_t>},
                                                 {1024, 8, take<std::int64_t>},
                                                 {1280, 8, take<std::uint64_t>}}};
  for (const VoxelType& type : kTypes)
    if (type.code == code) return &type;
  return nullptr;
}

}  // namespace

std::string bits_doubt(const NiftiHeader& header) {
  const VoxelType* type = voxel_type(header.datatype);
  if (!type || header.bits == 0 || static_cast<std::size_t>(header.bits) == 8 * type->bytes) return "";
  return "its header says that a voxel has " + std::to_string(header.bits) + " bits, but its data type has " +
         std::to_string(8 * type->bytes) + "; the data type is believed";
}

std::vector<float> read_nifti_voxels(const std::filesystem::path& file, bool compressed, const NiftiHeader& header,
                                     const Geometry& geometry) {
  const VoxelType* type = voxel_type(header.datatype);
  if (!type)
    refuse(file, "its voxels are not single numbers (NIfTI data type " + std::to_string(header.datatype) +
                     "); an image with one number a voxel is expected");
  const auto count = static_cast<std::size_t>(geometry.voxel_count());
  const std::uint64_t room = size_of(file) * (compressed ? kLargestRatio : 1);
  require_room(file, geometry, count * type->bytes, room - std::min(room, header.voxels_at));
  DataStream stream(file, 0, compressed);
  stream.skip(header.voxels_at);
  std::vector<float> voxels;
  voxels.reserve(count);
  while (voxels.size() < count) {
    const std::size_t done = voxels.size();
    if (!type->take(stream, header, std::min(kStep, count - done), voxels))
      refuse(file, "its voxels stop early, after about " + std::to_string(done) + " of " + std::to_string(count) +
                       "; the file is cut or its header is damaged");
  }
  if (compressed) stream.skip(kLookBehind);
  return voxels;
}

}  // namespace flowrun::io
