#pragma once

#include <filesystem>

#include "transform_records.h"

namespace flowrun::registration {

/// ITK's HDF5 form of transforms, read and written with the HDF5 library (one call at a time, since it may be built without
/// threads). Names of spaces are attributes of the file's root. Throws Error, beginning with what is wrong, for a file that is
/// not so, and for arrays that are larger than the bytes of the file can justify.
TransformFile read_hdf5(const std::filesystem::path& path);
void write_hdf5(const std::filesystem::path& path, const TransformFile& file);

}  // namespace flowrun::registration
