#pragma once

#include <filesystem>

#include "canvas.h"

namespace flowrun::view {

/// Writes the picture whole or not at all. Throws Error.
void write_png(const std::filesystem::path& path, const Canvas& canvas);

}  // namespace flowrun::view
