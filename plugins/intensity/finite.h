#pragma once

#include <string>

#include "flowrun/sdk/payloads.h"

namespace flowrun::intensity {

/// Throws Error for the image at port 'volume' where it has no voxel, or values that are NaN or infinite: with their number, the
/// first one's place, and why they matter (`reason`).
void require_finite(const Volume& volume, const std::string& reason);

}  // namespace flowrun::intensity
