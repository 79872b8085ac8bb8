#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace flowrun::trace {

/// SHA-256 as 64 hexadecimal digits.
std::string text_hash(std::string_view text);
/// Of a file's content; of a folder, of the names and contents of its files in the names' order. Empty when it cannot be read.
std::string file_hash(const std::filesystem::path& file);

}  // namespace flowrun::trace
