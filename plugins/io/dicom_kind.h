#pragma once

#include <string>

#include "dicom_check.h"

namespace flowrun::io {

/// What a file is in the standard's words: "RT Structure Set Storage"; its UID where it is not known here.
std::string dicom_kind(const DicomFile& file);

/// Throws Error, with what the file is and what to do, unless it contains slices of images with one number a voxel that
/// are a stack and that can be decoded. Refused are files without an image, mosaics, segmentations, colours, values
/// behind a table, films, and compressions for which there is no decoder.
void require_slices(const DicomFile& file);

}  // namespace flowrun::io
