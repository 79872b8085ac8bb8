#pragma once

#include <string>
#include <vector>

#include "file_grid.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun::io {

/// Which of the two places that a NIfTI header can give an image counts. Automatic: the sform when its code is above 0,
/// else the qform.
enum class NiftiForm { automatic, sform, qform };

/// What a person can choose about the reading of an image.
struct ReadOptions {
  std::string series;  ///< of a DICOM folder: Series Instance UID, or the beginning of just one
  Sheared sheared = Sheared::refuse;
  NiftiForm nifti_form = NiftiForm::automatic;
  Between between = Between::linear;  ///< values of a sheared image that is resampled
};

/// The parameters "sheared" and "nifti_form" of the nodes that read images.
std::vector<ParamSpec> geometry_params();

/// What they say, and the series, for values between voxels that are made in this way.
ReadOptions read_options(const Params& params, const std::string& series, Between between);

}  // namespace flowrun::io
