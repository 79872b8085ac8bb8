#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace flowrun::records {

/// SHA-256 as 64 hexadecimal digits.
std::string text_hash(std::string_view text);
/// Of a file's content; of a folder, and of a header with its data, of the names and contents of all files (parts_of). Empty when
/// one cannot be read, or when the path is a pipe or a device.
std::string file_hash(const std::filesystem::path& path);

}  // namespace flowrun::records
