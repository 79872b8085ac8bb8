#include "image_reader.h"

#include <cmath>
#include <new>
#include <utility>

#include "content.h"
#include "dicom_series.h"
#include "nifti_file.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

/// The image that a header describes.
Volume read_described(const fs::path& path, const FileImage& image, const ReadOptions& options, const Warn& warn) {
  require_readable(image.grid, path, options.sheared, image.hint);
  Volume volume;
  volume.voxels = read_voxels(image.voxels, image.grid.size, path, warn);
  if (!image.doubts.empty()) warn("'" + path.string() + "': " + image.doubts.sentence());
  place_on_grid(volume, image.grid, path, options.between, warn);
  volume.source = path.string();
  return volume;
}

Volume read_as(const FormatToRead& as, const fs::path& path, const ReadOptions& options, const Warn& warn) {
  switch (as.format) {
    case Format::nifti:
      return read_described(path, read_nifti(path, as.compressed, options.nifti_form), options, warn);
    case Format::nrrd:
      return read_described(path, read_nrrd(path), options, warn);
    case Format::meta:
      return read_described(path, read_meta(path), options, warn);
    case Format::dicom:
      break;
  }
  return read_dicom_file(path, options, warn);
}

/// Also under a wrong name, with a warning after the image was read: of one that is refused the reason is enough.
Volume read_file(const fs::path& path, const ReadOptions& options, const Warn& warn) {
  const FormatToRead as = format_to_read(path);
  Volume volume = read_as(as, path, options, warn);
  if (!as.name_fault.empty())
    warn("'" + path.string() + "': " + as.name_fault + "; it is read as what it is, so give it a name that fits");
  return volume;
}

void require_file(const fs::path& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) refuse(path, "there is no such file");
  if (code) refuse(path, code.message());
  if (!fs::is_regular_file(status))
    refuse(path,
           "it is " + special_file_words(status) + "; an image file is expected: write what comes out of it into one first");
  if (size_of(path) == 0) refuse(path, "the file is empty; copy or make it again");
}

}  // namespace

Volume read_image(const fs::path& path, const ReadOptions& options, const Warn& warn) try {
  std::error_code code;
  if (fs::is_directory(path, code)) return read_dicom_series(path, options, warn);
  require_file(path);
  return read_file(path, options, warn);
} catch (const std::bad_alloc&) {
  refuse(path, "there is not enough memory for it");
}

NonFinite find_non_finite(Volume& volume, bool replace) {
  NonFinite found;
  for (std::size_t i = 0; i < volume.voxels.size(); ++i) {
    if (std::isfinite(volume.voxels[i])) continue;
    if (found.count++ == 0) found.first = static_cast<std::int64_t>(i);
    if (replace) volume.voxels[i] = 0;
  }
  return found;
}

std::string voxel_text(const Geometry& geometry, std::int64_t index) {
  const auto voxel = geometry.voxel_at(index);
  return "(" + std::to_string(voxel[0]) + ", " + std::to_string(voxel[1]) + ", " + std::to_string(voxel[2]) + ")";
}

}  // namespace flowrun::io
