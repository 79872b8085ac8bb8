#pragma once

#include <filesystem>

namespace flowrun::io {

/// Whether a file carries DICOM's mark behind its first 128 bytes.
bool claims_dicom(const std::filesystem::path& file);

/// Walks through the elements of a DICOM file before GDCM gets it, because GDCM's assertions end the whole process at a damaged
/// file and because it hands out voxels that a cut file does not hold. Says whether the file holds an image. Throws Error unless
/// it has the DICM mark and a known transfer syntax in little-endian order, all elements and items have a known value
/// representation, lie within the file and come in order, and the description of the voxels (rows, columns, bits) is one that can
/// be.
bool holds_dicom_image(const std::filesystem::path& file);

}  // namespace flowrun::io
