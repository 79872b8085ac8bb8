#pragma once

#include "text_header.h"
#include "voxel_source.h"

namespace flowrun::io {

/// Where a NRRD header says its voxels are, for an image of `size` voxels along x, y, z. Throws Error for types,
/// encodings and places that are not read, for a missing order of bytes, and as data_file_of does.
VoxelSource nrrd_voxels(const TextHeader& header, const std::array<std::int64_t, 3>& size);

}  // namespace flowrun::io
