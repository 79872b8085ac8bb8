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
  std::map<std::string, int> others;                     ///< what else there is (dicom_kind), and how many of it
};

/// Looks at the files of a folder, not at those of folders below it. What does not begin like DICOM is passed over. Throws Error
/// for a DICOM file that is damaged, because it may be a slice.
DicomFolder scan_dicom_folder(const std::filesystem::path& folder);

}  // namespace flowrun::io
