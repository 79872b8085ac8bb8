#pragma once

#include <cstdint>

namespace flowrun::records {

/// Raised when records are laid out in another way; keys may be added without.
inline constexpr std::int64_t kCaseRecordFormat = 1;

}  // namespace flowrun::records
