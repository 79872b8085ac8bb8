#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dicom_check.h"

namespace flowrun::io {

/// The DICOM files of a folder.
struct DicomFolder {
  std::map<std::string, std::vector<DicomFile>> series;  ///< the images by Series Instance UID, in the order of the files' names
  std::vector<DicomFile> without_image;                  ///< DICOM files of other kinds, or cut before their voxels
  std::vector<std::filesystem::path> strays;             ///< all else but hidden files: folders, broken links, other files
};

/// Looks at the files of a folder, not at those of folders below it; in the order of their names. Throws Error for a
/// DICOM file that is damaged, because it may be a slice.
DicomFolder scan_dicom_folder(const std::filesystem::path& folder);

}  // namespace flowrun::io
