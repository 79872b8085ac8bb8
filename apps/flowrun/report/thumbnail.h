#pragma once

#include <filesystem>
#include <string>

namespace flowrun {

/// A PNG picture made small enough for a page: at most that many pixels wide, at most 256 colours. Empty when the file is
/// no PNG picture that can be read, or one of more than 64 million pixels.
std::string thumbnail_png(const std::filesystem::path& picture, std::size_t widest = 256);

}  // namespace flowrun
