#pragma once

#include <filesystem>
#include <string_view>

namespace flowrun::trace {

/// Writes a text under a temporary name and renames it, so that nobody sees half of it. Throws Error.
void write_text_atomically(const std::filesystem::path& file, std::string_view text);

}  // namespace flowrun::trace
