#pragma once

#include <string>

#include "common/picture/canvas.h"

namespace flowrun::picture {

/// The bytes of a PNG file. Throws Error when libpng cannot make them.
std::string png_bytes(const Canvas& canvas);

}  // namespace flowrun::picture
