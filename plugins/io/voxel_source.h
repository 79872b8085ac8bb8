#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "image_header.h"

namespace flowrun::io {

/// How a number is kept in a file.
enum class VoxelType { uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64 };
std::size_t bytes_of(VoxelType type);

/// How the voxels are written. Deflated: gzip with any number of members, or zlib.
enum class Coding { raw, deflated, text, hexadecimal };

/// Where the voxels of an image are, as its header says it.
struct VoxelSource {
  std::filesystem::path file;
  std::uint64_t offset = 0;           ///< bytes from the start of the file
  std::uint64_t offset_inflated = 0;  ///< bytes more, counted in the inflated data
  Coding coding = Coding::raw;
  VoxelType type = VoxelType::float32;
  bool swapped = false;  ///< bytes in the other order than this machine's
  bool scaled = false;   ///< whether a value is slope * number + intercept
  double slope = 1;
  double intercept = 0;
};

/// The voxels as float32, x fastest. Streams the file, so no second copy of it is in memory. Memory is taken as data
/// arrive, and not before it is known that the process may have what the header promises.
///
/// Throws Error naming `file`, the image that a person named, when voxels are missing or beyond the range of float32,
/// compressed data are damaged, or there is no memory for them. One warning when bytes follow the voxels (with both
/// numbers of bytes; of inflated data 64 MiB are looked at), and one when whole numbers above 2^24 became others.
std::vector<float> read_voxels(const VoxelSource& source, const std::array<std::int64_t, 3>& size,
                               const std::filesystem::path& file, const Warn& warn);

/// Throws Error when fewer voxels are there than the header promises, as read_voxels does; compressed ones are inflated
/// to the end, so that a checksum is compared. Nothing is kept.
void require_all_voxels(const VoxelSource& source, const std::array<std::int64_t, 3>& size, const std::filesystem::path& file);

/// The bytes from the voxels to the end of the file, of compressed ones inflated, at most `most` of them. Not for text.
std::uint64_t bytes_there(const VoxelSource& source, std::uint64_t most);

/// Puts the voxels at the end of their file, whatever is before them. For raw voxels. Throws Error when they are not
/// all there.
void place_at_end(VoxelSource& source, const std::array<std::int64_t, 3>& size, const std::filesystem::path& file);

}  // namespace flowrun::io
