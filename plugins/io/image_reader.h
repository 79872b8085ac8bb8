#pragma once

#include <filesystem>
#include <string>

#include "flowrun/sdk/payloads.h"
#include "image_header.h"
#include "read_options.h"

namespace flowrun::io {

/// Reads a 3D image with one number a voxel: NIfTI-1, NRRD, MetaImage, a DICOM file, or a folder with a DICOM series,
/// which the options choose when there are several. Values are float32 with the file's own slope and intercept applied;
/// geometry is LPS. A sheared grid is refused, or resampled where the options say so. Throws Error for everything that
/// is not such an image, a cut or damaged file included, before memory for it is taken. Safe to call from several
/// threads.
Volume read_image(const std::filesystem::path& path, const ReadOptions& options, const Warn& warn);

/// Where the values of a volume are not finite: how many, and the first. Replaces them by 0 when asked.
struct NonFinite {
  std::int64_t count = 0;
  std::int64_t first = -1;
};
NonFinite find_non_finite(Volume& volume, bool replace);

/// "(12, 40, 7)" of a linear index.
std::string voxel_text(const Geometry& geometry, std::int64_t index);

}  // namespace flowrun::io
