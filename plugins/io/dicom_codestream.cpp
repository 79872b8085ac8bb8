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

bool is_frame(std::uint32_t kind) {
  return kind == 0xf7 || (kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc);
}

/// Tables, remarks and what applications add.
bool is_other_segment(std::uint32_t kind) {
  return kind == 0xc4 || kind == 0xcc || (kind >= 0xdb && kind <= 0xdf) || (kind >= 0xe0 && kind <= 0xef) || kind == 0xf8 ||
         kind == 0xfe;
}

/// The segments of JPEG or JPEG-LS up to the first scan, of which one describes the frame: bits, rows, columns,
/// samples. GDCM ends the process at a header that its JPEG library warns about: other bytes between segments, another
/// version of JFIF.
std::optional<Picture> jpeg_header(const std::string& bytes) {
  constexpr std::uint32_t kScan = 0xda, kJfif = 0xe0;
  std::optional<Picture> found;
  std::size_t at = 2;
  while (at + 4 <= bytes.size() && number_at(bytes, at, 1) == 0xff) {
    const std::uint32_t kind = number_at(bytes, at + 1, 1), length = number_at(bytes, at + 2, 2);
    if (kind == kScan) return found;
    if ((!is_frame(kind) && !is_other_segment(kind)) || length < 2 || length > bytes.size() - at - 2) return std::nullopt;
    if (kind == kJfif && length >= 8 && bytes.compare(at + 4, 4, "JFIF") == 0 && number_at(bytes, at + 9, 1) != 1)
      return std::nullopt;
    if (is_frame(kind)) {
      if (found || length < 8) return std::nullopt;
      found = Picture{number_at(bytes, at + 7, 2), number_at(bytes, at + 5, 2), static_cast<int>(number_at(bytes, at + 9, 1)),
                      static_cast<int>(number_at(bytes, at + 4, 1))};
    }
    at += 2 + length;
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
  // JPEG's decoders fill up what is cut, and that of JPEG-LS looks for the end of each of several frames without a
  // limit.
  const bool is_whole = static_cast<std::int64_t>(file.voxels->fragments.size()) == file.voxels->frames;
  const bool has_end = !is_whole || bytes.find("\xff\xd9") != std::string::npos;
  if (!found || !has_end)
    refuse(file.path, "its compressed voxels do not begin and end as a picture of their kind does; the file is damaged");
  const DicomVoxels& voxels = *file.voxels;
  if (found->columns != voxels.columns || found->rows != voxels.rows || found->samples != 1 || found->bits > voxels.allocated)
    refuse(file.path, "its compressed picture has " + std::to_string(found->columns) + " x " + std::to_string(found->rows) +
                          " voxels of " + std::to_string(found->samples) + " x " + std::to_string(found->bits) +
                          " bits, but its DICOM header says " + std::to_string(voxels.columns) + " x " +
                          std::to_string(voxels.rows) + " of 1 x " + std::to_string(voxels.allocated) + "; the file is damaged");
  return found->bits;
}

}  // namespace flowrun::io
