#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/sdk/geometry.h"
#include "image_header.h"

namespace flowrun::io {

/// Writes a 3D image of float, double, std::int32_t, std::int16_t, std::uint16_t or std::uint8_t to a single file, whose format
/// its name says (NIfTI, NRRD or MetaImage), replacing an older one in one step. Geometry is LPS; NIfTI keeps it in float32.
/// `compress` counts where the name leaves it open: .nii.gz always is compressed, .nii never. Throws Error for a name of another
/// format and for what the system or ITK refuses; then no file is left behind. Safe to call from several threads.
template <class T>
void write_image(const std::filesystem::path& path, const Geometry& geometry, const std::vector<T>& voxels, bool compress,
                 const Warn& warn);

/// Throws Error unless the name is one that write_image takes.
void require_writable_name(const std::filesystem::path& path);

}  // namespace flowrun::io
