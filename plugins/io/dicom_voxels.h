#pragma once

#include <string>
#include <vector>

#include "dicom_check.h"
#include "dicom_planes.h"

namespace flowrun::io {

/// The values of a stack's slices, one behind the other: stored value times slope plus intercept. `inverted` becomes how many
/// slices were turned round (MONOCHROME1, see docs/decisions), `kept` how many of that kind were not, because their values have a
/// unit. Throws Error for voxels that cannot be decoded.
std::vector<float> read_dicom_voxels(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes,
                                     std::size_t& inverted, std::size_t& kept);

}  // namespace flowrun::io
