#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowrun/sdk/geometry.h"

namespace flowrun::io {

/// What ITK's reader does not tell, or repairs in silence, of a NIfTI-1 header. The place in the world is ITK's business.
struct NiftiHeader {
  bool swapped = false;  ///< bytes in the other order than this machine's
  int datatype = 0;
  int bits = 0;  ///< of a voxel, as the header says beside the data type
  std::array<std::int64_t, 8> dim{};
  std::array<double, 8> pixdim{};
  std::uint64_t voxels_at = 0;  ///< bytes from the start of the (inflated) file
  double slope = 1;
  double intercept = 0;
  int qform_code = 0;
  int sform_code = 0;
  /// Voxel to world, rows x, y, z of 4, LPS; of the quaternion and of the rows in the header.
  std::array<double, 12> qform{};
  std::array<double, 12> sform{};
};

/// Reads and checks the header. Throws Error for what is not NIfTI-1 and for voxel sizes that are not above 0 (the NIfTI library
/// would turn them into 1 mm without a word).
NiftiHeader read_nifti_header(const std::filesystem::path& file, bool compressed);

/// A sentence about a number of bits that is not the data type's; empty when all is well.
std::string bits_doubt(const NiftiHeader& header);

/// A sentence about a place in the world that is missing or told in two ways; empty when all is well.
std::string placement_doubt(const NiftiHeader& header, const Geometry& used);

/// The voxels as float32, x fastest, slope and intercept applied. Streams the file, so no second copy of it is in memory.
/// ITK's own reader is not used here because it turns NaN into 0 in silence, accepts a cut file and reads the image twice into
/// memory.
std::vector<float> read_nifti_voxels(const std::filesystem::path& file, bool compressed, const NiftiHeader& header,
                                     const Geometry& geometry);

}  // namespace flowrun::io
