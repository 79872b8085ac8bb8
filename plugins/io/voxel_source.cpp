#include "voxel_source.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/large_memory.h"
#include "image_header.h"
#include "memory_room.h"
#include "value_losses.h"
#include "voxel_bytes.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kStep = std::size_t{1} << 20;             // voxels at a time
constexpr std::uint64_t kLargestRatio = 1032;                   // of deflate: more cannot come out of a byte
constexpr std::uint64_t kUsualRatio = 16;                       // of images that are no masks

using Sizes = std::array<std::int64_t, 3>;

std::uint64_t count_of(const Sizes& size) {
  return static_cast<std::uint64_t>(size[0]) * static_cast<std::uint64_t>(size[1]) * static_cast<std::uint64_t>(size[2]);
}

template <class T>
T reversed(T value) {
  auto bytes = std::bit_cast<std::array<unsigned char, sizeof(T)>>(value);
  std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

template <class T>
float value_of(T number, const VoxelSource& source, ValueLosses& losses, std::size_t index) {
  if (!source.scaled) return losses.kept(number, index);
  return losses.scaled(static_cast<double>(number) * source.slope + source.intercept, index);
}

/// What has been read, and what was lost of it.
struct Taken {
  std::vector<float> voxels;
  ValueLosses losses;
};

/// Appends `count` voxels of type T, or as many as are there: then false.
template <class T>
bool take(VoxelBytes& bytes, const VoxelSource& source, std::size_t count, Taken& taken) {
  std::vector<float>& voxels = taken.voxels;
  const std::size_t start = voxels.size();
  voxels.resize(start + count);
  std::vector<T> block(std::is_same_v<T, float> ? 0 : count);
  void* target = std::is_same_v<T, float> ? static_cast<void*>(voxels.data() + start) : static_cast<void*>(block.data());
  if (const std::size_t came = bytes.read(target, count * sizeof(T)); came != count * sizeof(T)) {
    voxels.resize(start + came / sizeof(T));
    return false;
  }
  if (std::is_same_v<T, float> && !source.swapped && !source.scaled) return true;
  const T* numbers = static_cast<const T*>(target);
  for (std::size_t i = 0; i < count; ++i)
    voxels[start + i] = value_of(source.swapped ? reversed(numbers[i]) : numbers[i], source, taken.losses, start + i);
  return true;
}

using Take = bool (*)(VoxelBytes&, const VoxelSource&, std::size_t, Taken&);

struct TypeRow {
  VoxelType type;
  std::size_t bytes;
  Take take;
};

const TypeRow& row_of(VoxelType type) {
  static const std::array<TypeRow, 10> kRows{{{VoxelType::uint8, 1, take<std::uint8_t>},
                                              {VoxelType::int8, 1, take<std::int8_t>},
                                              {VoxelType::uint16, 2, take<std::uint16_t>},
                                              {VoxelType::int16, 2, take<std::int16_t>},
                                              {VoxelType::uint32, 4, take<std::uint32_t>},
                                              {VoxelType::int32, 4, take<std::int32_t>},
                                              {VoxelType::uint64, 8, take<std::uint64_t>},
                                              {VoxelType::int64, 8, take<std::int64_t>},
                                              {VoxelType::float32, 4, take<float>},
                                              {VoxelType::float64, 8, take<double>}}};
  return *std::find_if(kRows.begin(), kRows.end(), [&](const TypeRow& row) { return row.type == type; });
}

template <class T>
bool fits_in(double number) {
  if constexpr (std::is_floating_point_v<T>) return true;
  const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);  // the first number above the type
  return std::trunc(number) == number && number < end && number >= (std::is_signed_v<T> ? -end : 0);
}

/// Whether a number that is written as text is one of the header's type.
bool fits(double number, VoxelType type) {
  switch (type) {
    case VoxelType::uint8: return fits_in<std::uint8_t>(number);
    case VoxelType::int8: return fits_in<std::int8_t>(number);
    case VoxelType::uint16: return fits_in<std::uint16_t>(number);
    case VoxelType::int16: return fits_in<std::int16_t>(number);
    case VoxelType::uint32: return fits_in<std::uint32_t>(number);
    case VoxelType::int32: return fits_in<std::int32_t>(number);
    case VoxelType::uint64: return fits_in<std::uint64_t>(number);
    case VoxelType::int64: return fits_in<std::int64_t>(number);
    default: return true;
  }
}

/// Numbers in text, with spaces, line ends or commas between them.
bool take_text(VoxelBytes& bytes, const VoxelSource& source, std::size_t count, Taken& taken, const std::filesystem::path& file) {
  constexpr std::size_t kLongestNumber = 60;
  for (std::size_t i = 0; i < count; ++i) {
    int c = bytes.character();
    while (c >= 0 && (std::isspace(c) || c == ',')) c = bytes.character();
    std::string word;
    for (; c >= 0 && !std::isspace(c) && c != ',' && word.size() < kLongestNumber; c = bytes.character())
      word += static_cast<char>(c);
    if (word.empty()) return false;
    char* end = nullptr;
    const double number = std::strtod(word.c_str(), &end);
    if (*end != '\0') refuse(file, "its voxels are written as text, and '" + printable(word) + "' is no number; it is damaged");
    if (!fits(number, source.type))
      refuse(file, "its voxels are written as text, and '" + printable(word) +
                       "' is no number of the type that its header names; correct the type or the voxels");
    taken.voxels.push_back(value_of(number, source, taken.losses, taken.voxels.size()));
  }
  return true;
}

/// The bytes of the file from the voxels on.
std::uint64_t room_of(const VoxelSource& source) {
  const std::uint64_t there = size_of(source.file);
  return there - std::min(there, source.offset);
}

/// Refuses what cannot be there, before anything is taken.
void require_bytes(const VoxelSource& source, const Sizes& size, const std::filesystem::path& file) {
  const std::uint64_t needed = count_of(size) * bytes_of(source.type), room = room_of(source);
  if (source.coding == Coding::raw) require_room(file, size, needed, room);
  if (source.coding == Coding::hexadecimal) require_room(file, size, 2 * needed, room);
  // In text a voxel takes a digit and a space, at least.
  if (source.coding == Coding::text) require_room(file, size, 2 * count_of(size) - 1, room);
  if (source.coding == Coding::deflated) {
    const std::uint64_t most = room * kLargestRatio;
    require_room(file, size, needed, most - std::min(most, source.offset_inflated), Room::at_most);
  }
}

/// Where memory grows with what arrives: half of the whole at most until half has arrived, then the whole, so that the
/// old and the new memory together never take more than one and a half times the image.
std::size_t grown(std::size_t arrived, std::size_t step, std::size_t count) {
  const std::size_t half = (count + 1) / 2;
  if (arrived + step > half) return count;
  return std::min(half, 2 * (arrived + step));
}

/// VoxelBytes behind the voxels, which mean that header and data do not fit: a wrong size or type of the voxels, two files
/// in one.
void report_surplus(const VoxelSource& source, const Sizes& size, const std::filesystem::path& file, VoxelBytes& bytes,
                    const Warn& warn) {
  const std::uint64_t needed = count_of(size) * bytes_of(source.type), room = room_of(source);
  const bool elsewhere = source.file.filename() != file.filename();
  const auto say = [&](std::uint64_t wanted, const std::string& found) {
    warn("'" + file.string() + "': its header promises " + size_text(size) + " voxels, which take " + std::to_string(wanted) +
         " bytes, but " + (elsewhere ? "in '" + printable(source.file.filename().string()) + "' " : "") + found +
         "; what comes behind is not read, so check that the header has the right size and type of voxels");
  };
  if (source.coding == Coding::raw && room > needed) say(needed, std::to_string(room) + " bytes are there");
  if (source.coding == Coding::text || source.coding == Coding::hexadecimal) {
    const std::uint64_t taken = bytes.taken();
    if (bytes.has_more_text()) say(taken, std::to_string(room) + " bytes of text are there");
  }
  if (source.coding != Coding::deflated) return;
  const std::uint64_t more = bytes.finish();
  if (more > 0)
    return say(needed, std::string(more == kLookBehind ? "at least " : "") + std::to_string(needed + more) +
                           " bytes come out of its compressed data");
  if (const std::uint64_t behind = bytes.behind_compressed(); behind > 0)
    say(needed, std::to_string(behind) + " more bytes follow its " + std::to_string(room - behind) + " bytes of compressed data");
}

}  // namespace

std::size_t bytes_of(VoxelType type) { return row_of(type).bytes; }

std::vector<float> read_voxels(const VoxelSource& source, const Sizes& size, const std::filesystem::path& file,
                               const Warn& warn) {
  require_bytes(source, size, file);
  const auto count = static_cast<std::size_t>(count_of(size));
  // What a small compressed file promises may not be there: then memory grows with what arrives.
  const std::size_t at_once =
      source.coding == Coding::deflated
          ? std::min(count, static_cast<std::size_t>(size_of(source.file) * kUsualRatio / bytes_of(source.type)))
          : count;
  require_memory(file, size, (at_once < count ? count + count / 2 : count) * sizeof(float));
  VoxelBytes bytes(source);
  Taken taken;
  std::vector<float>& voxels = taken.voxels;
  reserve_large(voxels, at_once);
  while (voxels.size() < count) {
    const std::size_t done = voxels.size(), step = std::min(kStep, count - done);
    if (voxels.capacity() < done + step) reserve_large(voxels, grown(done, step, count));
    const bool came = source.coding == Coding::text ? take_text(bytes, source, step, taken, file)
                                                    : row_of(source.type).take(bytes, source, step, taken);
    if (!came)
      refuse(file, "its voxels stop early, after " + std::to_string(voxels.size()) + " of " + std::to_string(count) +
                       "; the file is cut or its header is damaged");
  }
  report_surplus(source, size, file, bytes, warn);
  taken.losses.report(file, size, warn);
  return std::move(taken.voxels);
}

void require_all_voxels(const VoxelSource& source, const Sizes& size, const std::filesystem::path& file) {
  require_bytes(source, size, file);
  if (source.coding != Coding::deflated) return;
  const std::uint64_t needed = count_of(size) * bytes_of(source.type);
  DataStream stream(source.file, source.offset, true);
  stream.skip(source.offset_inflated);
  require_room(file, size, needed, stream.skip(needed + 1));
}

std::uint64_t bytes_there(const VoxelSource& source, std::uint64_t most) {
  if (source.coding == Coding::raw) return room_of(source);
  DataStream stream(source.file, source.offset, source.coding == Coding::deflated);
  stream.skip(source.offset_inflated);
  return stream.skip(most);
}

void place_at_end(VoxelSource& source, const Sizes& size, const std::filesystem::path& file) {
  const std::uint64_t needed = count_of(size) * bytes_of(source.type), room = room_of(source);
  require_room(file, size, needed, room);
  source.offset += room - needed;
}

}  // namespace flowrun::io
