#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace flowrun::io {

struct DicomSlice {
  std::filesystem::path file;
  bool placed = false;                  ///< whether the two below are in the file
  std::array<double, 3> position{};     ///< of the first voxel's centre, mm, LPS
  std::array<double, 6> orientation{};  ///< unit vectors along a row and along a column
};

struct DicomSeries {
  std::string description;
  std::vector<DicomSlice> slices;
};

/// The images of a folder by Series Instance UID. Files without the mark of DICOM and DICOM objects that are no
/// images are passed over. Throws Error for a DICOM file that is damaged. Call it within an ItkSession.
std::map<std::string, DicomSeries> scan_dicom_folder(const std::filesystem::path& folder);

}  // namespace flowrun::io
