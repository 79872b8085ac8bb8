#pragma once

#include <string>

namespace flowrun {

/// A zlib stream (RFC 1950), which browsers unpack. Throws Error where memory is missing.
std::string deflated(const std::string& bytes);

}  // namespace flowrun
