#pragma once

#include <filesystem>
#include <string>

#include "flowrun/sdk/payloads.h"
#include "image_header.h"
#include "read_options.h"

namespace flowrun::io {

/// Reads the DICOM series of a folder (not of folders below it) into a volume. Slices are put in order by their position in the
/// patient, never by file name; the third axis runs along the slices' positions, so a tilted gantry makes a sheared grid, which
/// is refused or resampled as the options say. Rescale slope and intercept are applied.
///
/// Throws Error when the folder holds no DICOM image, or several series and the options do not choose one; when slices differ in
/// size or orientation, lie at the same position, or one is missing between them.
Volume read_dicom_series(const std::filesystem::path& folder, const ReadOptions& options, const Warn& warn);

}  // namespace flowrun::io
