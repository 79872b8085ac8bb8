#include "value_losses.h"

#include <cstdio>

namespace flowrun::io {
namespace {

std::string place_text(std::size_t index, const std::array<std::int64_t, 3>& size) {
  const auto at = static_cast<std::int64_t>(index);
  return "(" + std::to_string(at % size[0]) + ", " + std::to_string(at / size[0] % size[1]) + ", " +
         std::to_string(at / size[0] / size[1]) + ")";
}

}  // namespace

void ValueLosses::note_first(Found& found, std::size_t index, const std::string& number, float value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.0f", static_cast<double>(value));
  found.first = index;
  found.number = number;
  found.becomes = text;
}

void ValueLosses::note_beyond(double number, std::size_t index) {
  if (beyond_.count++ > 0) return;
  beyond_.first = index;
  beyond_.number = number_text(number);
}

void ValueLosses::report(const std::filesystem::path& file, const std::array<std::int64_t, 3>& size, const Warn& warn) const {
  if (beyond_.count > 0)
    refuse(file, std::to_string(beyond_.count) + " of its " + std::to_string(size[0] * size[1] * size[2]) +
                     " voxels are beyond the range of 32-bit float (3.4e+38), in which images are kept here; the first is " +
                     beyond_.number + " at " + place_text(beyond_.first, size) + "; write the image with smaller values");
  if (rounded_.count == 0 || has_fractions_) return;
  warn("'" + file.string() + "': " + std::to_string(rounded_.count) + " of its voxels are whole numbers above 16777216 (2^24) " +
       "that 32-bit float, in which images are kept here, cannot keep: the first is " + rounded_.number + " at " +
       place_text(rounded_.first, size) + ", which becomes " + rounded_.becomes + "; give labels smaller numbers");
}

}  // namespace flowrun::io
