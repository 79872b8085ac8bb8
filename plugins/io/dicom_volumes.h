#pragma once

#include <string>
#include <vector>

#include "dicom_check.h"
#include "dicom_planes.h"

namespace flowrun::io {

/// What the headers of planes at one position say that differs: "Echo Time (4.6, 9.2)", at most three things. "" when
/// nothing does.
std::string differences(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes);

/// The same of planes of one volume, and only of what gives a volume its contrast: times of echo and inversion, b-value,
/// flip angle, tube voltage, kernel, magnitude or phase. Times and angles that differ by less than 2 % are one.
std::string different_contrasts(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes);

/// Whether two of the planes come from copies of one image file.
bool has_copies(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes);

}  // namespace flowrun::io
