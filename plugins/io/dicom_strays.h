#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dicom_scan.h"

namespace flowrun::io {

/// Throws Error, naming the file, what it is and what to do, when something in the folder is meant as a slice of the
/// chosen series but is no readable one; the volume would be shorter without a word. That is: what is named like the
/// slices (.dcm, .ima, the ending of most slices or, where they have none, their names but for the numbers) and is no
/// DICOM file, whether compressed, empty, a pointer to content that is elsewhere or a folder; a broken link, unless its
/// name says that it is something else; and a DICOM file without voxels that has the series' UID, or that has none and
/// is of the slices' kind or named like them. Hidden files and other names are passed over.
void require_no_lost_slice(const DicomFolder& found, const std::vector<DicomFile>& slices);

/// Of a folder without a DICOM image: which of its files should be one and what they are instead, and which of its
/// folders have DICOM files. Begins with "; ", or is empty.
std::string words_on_strays(const DicomFolder& found);

}  // namespace flowrun::io
