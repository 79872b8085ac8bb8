#include "dicom_codestream.h"

#include <cstdint>
#include <optional>

#include "image_header.h"

namespace flowrun::io {
namespace {

struct Picture {
  std::int64_t columns = 0, rows = 0;
  int samples = 0, bits = 0;
};

std::uint32_t number_at(const std::string& bytes, std::size_t place, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[place + i]);
  return value;
}

/// A frame header of JPEG or JPEG-LS: marker, length, bits, rows, columns, samples.
std::optional<Picture> jpeg_header(const std::string& bytes) {
  std::size_t at = 2;
  while (at + 10 <= bytes.size() && number_at(bytes, at, 1) == 0xff) {
    const std::uint32_t kind = number_at(bytes, at + 1, 1);
    const bool is_frame = kind == 0xf7 || (kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc);
    if (is_frame)
      return Picture{number_at(bytes, at + 7, 2), number_at(bytes, at + 5, 2), static_cast<int>(number_at(bytes, at + 9, 1)),
                     static_cast<int>(number_at(bytes, at + 4, 1))};
    at += kind == 0xff ? 1 : 2 + number_at(bytes, at + 2, 2);  // a marker may be filled up with 0xff
  }
  return std::nullopt;
}

/// The sizes of JPEG 2000 behind its first marker; a file of its own has boxes before it.
std::optional<Picture> jpeg_2000_header(const std::string& bytes) {
  const std::size_t at = bytes.find("\xff\x4f\xff\x51");
  if (at == std::string::npos || at + 43 > bytes.size()) return std::nullopt;
  const auto size = [&](std::size_t place) { return static_cast<std::int64_t>(number_at(bytes, at + place, 4)); };
  return Picture{size(8) - size(16), size(12) - size(20), static_cast<int>(number_at(bytes, at + 40, 2)),
                 static_cast<int>((number_at(bytes, at + 42, 1) & 0x7f) + 1)};
}

}  // namespace

int require_sound_codestream(const std::string& bytes, const DicomFile& file) {
  if (file.syntax == "1.2.840.10008.1.2.5") return 0;
  const auto found = bytes.starts_with("\xff\xd8") ? jpeg_header(bytes) : jpeg_2000_header(bytes);
  if (!found) refuse(file.path, "its compressed voxels do not begin as a picture of their kind does; the file is damaged");
  const DicomVoxels& voxels = *file.voxels;
  if (found->columns != voxels.columns || found->rows != voxels.rows || found->samples != 1 || found->bits > voxels.allocated)
    refuse(file.path, "its compressed picture has " + std::to_string(found->columns) + " x " + std::to_string(found->rows) +
                          " voxels of " + std::to_string(found->samples) + " numbers of " + std::to_string(found->bits) +
                          " bits, but its DICOM header says " + std::to_string(voxels.columns) + " x " +
                          std::to_string(voxels.rows) + " of one number of " + std::to_string(voxels.allocated) +
                          " bits; the file is damaged");
  return found->bits;
}

}  // namespace flowrun::io
