#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "file_image.h"
#include "read_options.h"

namespace flowrun::io {

/// The fields of a NIfTI-1 or NIfTI-2 header that say where voxels are and lie, as the file has them. World is RAS.
struct NiftiHeader {
  bool swapped = false;  ///< bytes in the other order than this machine's
  int datatype = 0;
  int bits = 0;  ///< of a voxel, as the header says beside the data type
  std::array<std::int64_t, 8> dim{};
  std::array<double, 8> pixdim{};
  double voxels_at = 0;  ///< bytes from the start of the (inflated) file
  double slope = 1;
  double intercept = 0;
  int qform_code = 0;
  int sform_code = 0;
  std::array<double, 3> quaternion{};  ///< b, c, d
  std::array<double, 3> offset{};      ///< of the qform
  std::array<double, 12> rows{};       ///< of the sform
  int units = 0;                       ///< xyzt_units
  int intent = 0;
};

/// Reads the header. Throws Error for what is not NIfTI in one file, and says what a pair of files or an Analyze header
/// is.
NiftiHeader read_nifti_header(const std::filesystem::path& file, bool compressed);

/// The qform's matrix, rows of 4, as the header's unit has it. Throws Error when quaternion, voxel size or qfac are
/// none.
std::array<double, 12> qform_matrix(const NiftiHeader& header, const std::filesystem::path& file);

/// A NIfTI file. The sform counts when its code is above 0, else the qform when its code is, else nothing is known:
/// then voxel sizes with the middle of the image at 0 and x to the left, as nibabel has it, with a doubt. `form`
/// chooses otherwise. Units of the header apply to the whole matrix. Where both forms count and differ by more than a
/// tenth of a voxel, that is a doubt, and so is a voxel size (pixdim) that is not the sform's.
FileImage read_nifti(const std::filesystem::path& file, bool compressed, NiftiForm form);

}  // namespace flowrun::io
