#include "dicom_description.h"

#include <array>
#include <cmath>

#include "image_header.h"

namespace flowrun::io {
namespace {

constexpr Tag kFrames = 0x00280008;
constexpr double kLargestRatio = 4096;  ///< of compressed voxels; an empty slice in JPEG 2000 comes to half of it
constexpr double kUnasked = 1 << 20;    ///< bytes that compressed voxels may take in any case

std::int64_t frames_of(const DicomFile& file) {
  constexpr double kMost = 999'999'999;
  const std::vector<double> all = file.elements.numbers(kFrames);
  const double count = all.empty() ? 1 : all.front();
  if (!(count >= 1 && count <= kMost) || count != std::floor(count) || all.size() > 1)
    refuse(file.path,
           "its DICOM header has '" + printable(file.elements.text(kFrames)) + "' frames; a number from 1 on is expected");
  return static_cast<std::int64_t>(count);
}

/// Memory is taken for what the header promises, so it is compared with what there is first.
void require_enough_bytes(const std::filesystem::path& file, DicomVoxels& voxels) {
  const double needed = static_cast<double>(voxels.columns) * static_cast<double>(voxels.rows) *
                        static_cast<double>(voxels.frames) * voxels.samples * voxels.allocated / 8;
  std::uint64_t bytes = voxels.plain ? voxels.plain->length : 0;
  for (const DicomVoxels::Piece& fragment : voxels.fragments) bytes += fragment.length;
  const double room = static_cast<double>(bytes) * (voxels.plain ? 1 : kLargestRatio) + (voxels.plain ? 0 : kUnasked);
  if (needed > room)
    refuse(file, "its header promises " + size_text(std::array{voxels.columns, voxels.rows, voxels.frames}) +
                     " voxels, which take " + number_text(needed) + " bytes, but its " + std::to_string(bytes) +
                     " bytes of voxels cannot contain them; the file is cut or its header is damaged");
  voxels.promised = static_cast<std::uint64_t>(needed);
}

}  // namespace

void describe_voxels(const DicomFile& file, const ShortNumbers& numbers, DicomVoxels& voxels) {
  const int samples = numbers.or_else(kSamples, 1);
  const int allocated = numbers.or_else(kAllocated, 0), stored = numbers.or_else(0x00280101, allocated);
  const int high = numbers.or_else(0x00280102, stored - 1);
  if (allocated == 1)
    refuse(file.path,
           "its voxels take one bit each, as a DICOM segmentation's do, which are not read; convert it to a mask in NIfTI");
  const bool used = allocated == 16 ? stored >= 1 && stored <= 16 : stored == allocated;
  const bool bits_fit = (allocated == 8 || allocated == 16 || allocated == 32) && used && high == stored - 1;
  if (!bits_fit || (samples != 1 && samples != 3 && samples != 4) || numbers.or_else(0x00280103, 0) > 1)
    refuse(file.path, "its DICOM voxels are described as " + std::to_string(samples) + " samples of " +
                          std::to_string(stored) + " bits, the highest " + std::to_string(high) + ", in " +
                          std::to_string(allocated) + ", which cannot be read; the header is damaged");
  voxels.columns = numbers.or_else(kColumns, 0);
  voxels.rows = numbers.or_else(kRows, 0);
  voxels.frames = frames_of(file);
  voxels.samples = samples;
  voxels.allocated = allocated;
  voxels.stored = stored;
  voxels.is_signed = numbers.or_else(0x00280103, 0) == 1;
  require_enough_bytes(file.path, voxels);
}

}  // namespace flowrun::io
