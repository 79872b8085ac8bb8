#pragma once

#include <vector>

#include "dicom_check.h"
#include "dicom_planes.h"
#include "value_losses.h"

namespace flowrun::io {

/// The values of a stack's slices, one behind the other: stored value times slope plus intercept.
struct DicomValues {
  std::vector<float> values;
  ValueLosses losses;        ///< of the conversion to float32
  std::size_t inverted = 0;  ///< slices that were turned round (MONOCHROME1, see docs/decisions)
  std::size_t kept = 0;      ///< slices of that kind that were not, because their values have a unit
};

/// Throws Error for voxels that cannot be decoded.
DicomValues read_dicom_voxels(const std::vector<DicomFile>& files, const std::vector<DicomPlane>& planes);

}  // namespace flowrun::io
