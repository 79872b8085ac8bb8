#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>

#include "image_header.h"

namespace flowrun::io {

/// Brings the numbers of a file to float32, in which images are kept, and remembers what float32 cannot keep: numbers
/// beyond its range, and whole numbers above 2^24, such as labels, that would become others.
class ValueLosses {
 public:
  /// The number of the voxel with this linear index.
  template <class T>
  float kept(T number, std::size_t index) {
    const auto value = static_cast<float>(number);
    if constexpr (std::is_integral_v<T> && sizeof(T) >= 4) note_whole(number, value, index);
    if constexpr (std::is_same_v<T, double>) note_real(number, value, index);
    return value;
  }

  /// The same for a number that was made by a slope and an intercept, of which digits are lost anyhow.
  float scaled(double number, std::size_t index) {
    const auto value = static_cast<float>(number);
    if (std::isinf(value) && std::isfinite(number)) note_beyond(number, index);
    return value;
  }

  /// Throws Error when a number is beyond the range of float32; one warning when whole numbers became others. `size`:
  /// of the image.
  void report(const std::filesystem::path& file, const std::array<std::int64_t, 3>& size, const Warn& warn) const;

 private:
  struct Found {
    std::uint64_t count = 0;
    std::size_t first = 0;
    std::string number, becomes;
  };

  /// Whole numbers of 64 bits are compared as such: in double they would be rounded too.
  template <class T>
  void note_whole(T number, float value, std::size_t index) {
    const float end = std::is_signed_v<T> ? 9223372036854775808.0f : 18446744073709551616.0f;
    if (value < end && static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(value) == number) return;
    if (rounded_.count++ == 0) note_first(rounded_, index, std::to_string(number), value);
  }

  void note_real(double number, float value, std::size_t index) {
    constexpr double kWholeAnyhow = 9007199254740992.0;  // 2^53: above it a double has no fraction
    if (std::isinf(value) && std::isfinite(number)) note_beyond(number, index);
    if (std::trunc(number) != number || std::abs(number) >= kWholeAnyhow)
      has_fractions_ = has_fractions_ || std::isfinite(number);
    else if (static_cast<double>(value) != number && rounded_.count++ == 0)
      note_first(rounded_, index, std::to_string(static_cast<std::int64_t>(number)), value);
  }

  void note_beyond(double number, std::size_t index);
  static void note_first(Found& found, std::size_t index, const std::string& number, float value);

  Found beyond_, rounded_;
  bool has_fractions_ = false;
};

}  // namespace flowrun::io
