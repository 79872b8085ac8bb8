#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dicom_check.h"
#include "dicom_planes.h"
#include "file_grid.h"

namespace flowrun::io {

/// Slices in their order, and the grid that they make. Columns x and y of its matrix are Image Orientation times Pixel
/// Spacing; z is the step between slices as their positions have it, so a tilted gantry makes a sheared grid.
struct DicomStack {
  std::vector<DicomPlane> planes;
  FileGrid grid;
  std::vector<std::string> warnings;  ///< sentences about what was taken for true
};

/// Puts the frames of one or more files in order by their position along the slices' normal, never by name or place in
/// the file. Throws Error, naming `path`, when slices differ in size, voxel size or orientation, several files do not
/// say where they lie, two slices have one position (how many volumes there are and what differs), one is missing, or
/// they are no straight row.
DicomStack stack_of(const std::vector<DicomFile>& files, const std::filesystem::path& path);

}  // namespace flowrun::io
