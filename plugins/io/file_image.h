#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "doubts.h"
#include "file_grid.h"
#include "voxel_source.h"

namespace flowrun::io {

/// A 3D image with one number a voxel, as the header of its file says it. Nothing of the voxels was read.
struct FileImage {
  /// `title`: of the format, for messages.
  explicit FileImage(std::string title) : doubts(std::move(title)) {}

  FileGrid grid;
  VoxelSource voxels;
  Doubts doubts;     ///< what the header leaves open or says in two ways, for one warning
  std::string hint;  ///< what else could be done when the grid is sheared; empty: nothing more
};

/// A doubt where the voxel size that a header says beside its axes is not theirs: the places of voxels differ by more
/// than a tenth of the smallest voxel within the image. The axes count. `said`: mm; `by`, `axes`: the names of both in
/// the header.
void note_other_spacing(FileImage& image, const std::array<double, 3>& said, const std::string& by, const std::string& axes);

/// The file that a header names as the one with its voxels, as a real path (without links and dots). Throws Error when
/// it is missing or no plain file, and when it is not below the folder of the header: a header may come from anywhere
/// and must not make this process read any file of the machine.
std::filesystem::path data_file_of(const std::filesystem::path& header, const std::string& name);

/// A header of NRRD (attached or detached). Geometry is what the NRRD format defines, brought to LPS in mm: space,
/// space directions and space origin; else spacings or axis mins and maxs along LPS, with a doubt. Axes that are not of
/// space must have one sample. Throws Error for everything else, and for what is missing.
FileImage read_nrrd(const std::filesystem::path& file);

/// A header of MetaImage. Row i of TransformMatrix is the direction of axis i in LPS; Offset is the centre of the first
/// voxel. Throws Error as read_nrrd does.
FileImage read_meta(const std::filesystem::path& file);

}  // namespace flowrun::io
