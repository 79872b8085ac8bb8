#pragma once

#include <cstdint>
#include <filesystem>

#include "flowrun/sdk/geometry.h"
#include "image_format.h"

namespace flowrun::io {

/// Throws Error when a NRRD or MetaImage header lacks what it must have, or says that the voxels are in another file, which is
/// not there. ITK's MetaImage reader would print such faults on standard error.
void require_sound_header(const std::filesystem::path& file, const NamedFormat& named);

/// Checks a NRRD or MetaImage file before its voxels are read, and after one was written: all bytes that its header promises are
/// there, and compressed ones inflate to the end with the right checksum. ITK's readers of these formats allocate first and
/// accept some cut files. Voxels in several files, or compressed in another way than gzip's, are refused. `needed`: bytes of all
/// voxels. Throws Error.
void require_all_data(const std::filesystem::path& file, const NamedFormat& named, const Geometry& geometry,
                      std::uint64_t needed);

}  // namespace flowrun::io
