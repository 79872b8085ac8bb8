#pragma once

#include <string>

#include "file_grid.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun::io {

/// What a person can choose about the reading of an image.
struct ReadOptions {
  std::string series;  ///< of a DICOM folder: Series Instance UID, or the beginning of just one
  Sheared sheared = Sheared::refuse;
  Between between = Between::linear;  ///< values of a sheared image that is resampled
};

/// The parameter "sheared" of the nodes that read images, and what its value means.
ParamSpec sheared_param();
Sheared sheared_of(const std::string& value);

}  // namespace flowrun::io
