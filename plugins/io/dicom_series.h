#pragma once

#include <filesystem>

#include "flowrun/sdk/payloads.h"
#include "image_header.h"
#include "read_options.h"

namespace flowrun::io {

/// Reads the DICOM series of a folder (not of folders below it) into a volume. Slices and frames are put in order by
/// their position in the patient, never by file name or place in a file; the third axis runs along their positions, so
/// a tilted gantry makes a sheared grid, which is refused or resampled as the options say. Rescale slope and intercept
/// of each slice are applied; low values that are shown bright (MONOCHROME1) are turned round unless they have a unit.
/// What the headers do not say about sizes and places is one sentence to `warn`, whatever the number of slices.
///
/// Throws Error when the folder contains no DICOM image, or several series and the options do not choose one; when
/// something in the folder is meant as a slice but is none that can be read (see require_no_lost_slice); when a slice
/// is no image with one grey value a voxel or cannot be decoded (see require_slices); when slices differ in size, voxel
/// size or orientation, several lie at the same position, or one is missing between them (see stack_of).
Volume read_dicom_series(const std::filesystem::path& folder, const ReadOptions& options, const Warn& warn);

/// The same for one file, with one or more frames.
Volume read_dicom_file(const std::filesystem::path& file, const ReadOptions& options, const Warn& warn);

}  // namespace flowrun::io
