#include "image_header.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <system_error>

#include "flowrun/sdk/error.h"

namespace flowrun::io {
namespace {

/// The axes of a grid span a volume of this share of a cube at least. Below it flat ones look like rounding errors.
constexpr double kFlat = 1e-3;

double determinant(const std::array<double, 9>& m) {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

template <std::size_t N>
std::string list_text(const std::array<double, N>& values, const char* separator) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : separator) + number_text(value);
  return text;
}

template <std::size_t N>
bool all_finite(const std::array<double, N>& values) {
  for (const double value : values)
    if (!std::isfinite(value)) return false;
  return true;
}

}  // namespace

void refuse(const std::filesystem::path& file, const std::string& what) {
  throw Error("cannot read '" + file.string() + "': " + what);
}

std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~') c = c == '\n' || c == '\t' ? ' ' : '?';
  return text;
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

void require_usable(const Geometry& geometry, const std::filesystem::path& file) {
  std::int64_t count = 1;
  for (const std::int64_t size : geometry.size)
    if (size < 1 || __builtin_mul_overflow(count, size, &count) || count > (std::int64_t{1} << 40))
      refuse(file, "its header promises " + size_text(geometry.size) + " voxels, which no image has; the header is damaged");
  for (const double spacing : geometry.spacing)
    if (!std::isfinite(spacing) || spacing <= 0)
      refuse(file, "its voxel size is " + list_text(geometry.spacing, " x ") +
                       " mm; each must be above 0, so correct the header");
  if (!all_finite(geometry.origin))
    refuse(file, "its origin (" + list_text(geometry.origin, ", ") + ") is not finite; correct the header");
  if (!all_finite(geometry.direction) || !(std::abs(determinant(geometry.direction)) > kFlat))
    refuse(file, "its axes [" + list_text(geometry.direction, " ") +
                     "] lie in one plane or are not finite, so its place in the world is not known; correct the header");
}

void require_room(const std::filesystem::path& file, const std::array<std::int64_t, 3>& size, std::uint64_t needed,
                  std::uint64_t available, Room room) {
  if (needed <= available) return;
  const std::string found = room == Room::at_most ? "its compressed data can become at most " + std::to_string(available)
                                                  : "only " + std::to_string(available) + " are there";
  refuse(file, "its header promises " + size_text(size) + " voxels, which take " + std::to_string(needed) + " bytes, but " +
                   found + "; the file is cut or its header is damaged");
}

void require_one_volume(const std::filesystem::path& file, const std::vector<std::int64_t>& sizes) {
  const std::string found = std::to_string(sizes.size()) + "D (" + size_text(sizes) + ")";
  if (sizes.size() < 3) refuse(file, "it is " + found + "; a 3D image is expected");
  if (std::any_of(sizes.begin() + 3, sizes.end(), [](std::int64_t size) { return size != 1; }))
    refuse(file, "it is " + found + ", so it contains several volumes; a single 3D image is expected: take one volume out of it");
}

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code code;
  const std::uintmax_t size = std::filesystem::file_size(file, code);
  if (code) refuse(file, code.message());
  return size;
}

std::string special_file_words(const std::filesystem::file_status& status) {
  using std::filesystem::file_type;
  switch (status.type()) {
    case file_type::fifo:
      return "a pipe (FIFO)";
    case file_type::socket:
      return "a socket";
    case file_type::block:
    case file_type::character:
      return "a device";
    default:
      return "something else than a file or a folder";
  }
}

}  // namespace flowrun::io
