#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/sdk/geometry.h"

namespace flowrun::io {

using Warn = std::function<void(std::string_view)>;

/// Throws Error "cannot read '<file>': <what>".
[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what);

/// "64 x 64 x 20".
template <class Sizes>
std::string size_text(const Sizes& sizes) {
  std::string text;
  for (const auto size : sizes) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

/// Text out of a file as one line that can be shown: other characters than printable ASCII become '?'.
std::string printable(std::string text);

/// A number as short as a person would write it.
std::string number_text(double value);

/// Throws Error unless the grid can be used: sizes of at least 1 whose product can be counted, spacing finite and above
/// 0, origin finite, the axes' unit vectors finite and not in one plane.
void require_usable(const Geometry& geometry, const std::filesystem::path& file);

/// How well the bytes that are there for voxels are known: counted, or the most that compressed data could become.
enum class Room { counted, at_most };

/// Throws Error when a file says that it contains more voxels than there is room for in its bytes.
void require_room(const std::filesystem::path& file, const std::array<std::int64_t, 3>& size, std::uint64_t needed,
                  std::uint64_t available, Room room = Room::counted);

/// Throws Error unless there are three sizes, or further ones that are all 1. `sizes`: of a file's axes.
void require_one_volume(const std::filesystem::path& file, const std::vector<std::int64_t>& sizes);

/// Of a file that exists; throws Error.
std::uint64_t size_of(const std::filesystem::path& file);

/// What is neither a file nor a folder: "a pipe (FIFO)", "a device", "a socket".
std::string special_file_words(const std::filesystem::file_status& status);

}  // namespace flowrun::io
