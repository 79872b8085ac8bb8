#pragma once

#include <array>
#include <string>

namespace flowrun::testing {

struct DicomSliceFile {
  std::string series = "1.2.826.0.1.3680043.2.1125.1";
  std::string description = "FLAIR";
  std::array<double, 3> position{0, 0, 0};
  std::array<double, 6> orientation{1, 0, 0, 0, 1, 0};
  std::array<unsigned, 2> size{4, 3};
  short first = 0;        ///< voxels are first, first + 1, ...
  bool rescaled = false;  ///< slope 2, intercept -5
};

/// One slice of 0.5 x 0.75 mm by ITK's DICOM writer.
void write_dicom_slice(const std::string& file, const DicomSliceFile& slice);

}  // namespace flowrun::testing
