#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dicom_elements.h"

namespace flowrun::io {

/// How the voxels of a DICOM file are kept.
struct DicomVoxels {
  struct Piece {
    std::uint64_t start = 0;  ///< byte of the file
    std::uint64_t length = 0;
  };
  std::int64_t columns = 0, rows = 0, frames = 1;
  int samples = 1;
  int allocated = 0;  ///< bits that a sample takes: 8, 16 or 32
  int stored = 0;     ///< the lowest of them that are used
  bool is_signed = false;
  std::uint64_t promised = 0;    ///< bytes that the voxels take by the numbers above
  std::optional<Piece> plain;    ///< voxels that are not compressed, frame by frame
  std::vector<Piece> fragments;  ///< of compressed ones, without the table of offsets
};

/// A DICOM file whose elements have been walked through.
struct DicomFile {
  std::filesystem::path path;
  std::string syntax;   ///< UID of the transfer syntax
  std::string storage;  ///< UID of what the file is (Media Storage SOP Class UID, else SOP Class UID)
  DicomItem elements;
  std::optional<DicomVoxels> voxels;  ///< none: the file contains no image
  bool has_float_voxels = false;      ///< Float or Double Float Pixel Data
};

/// Whether a file begins like a DICOM file: by DICOM's mark behind its first 128 bytes, or without them by the elements
/// that the standard puts first.
bool claims_dicom(const std::filesystem::path& file);

/// Walks through the elements of a DICOM file and keeps those that say where its voxels lie and what they mean. Nothing
/// is taken from the file before it is known to be there, and memory is bound by the file's size. Throws Error unless
/// the file claims to be DICOM and has a transfer syntax in little-endian order, all elements and items have a known
/// value representation, lie within the file and come in order, and the wanted values and the description of the voxels
/// (rows, columns, frames, bits) are ones that can be and fit the bytes of voxels that there are.
DicomFile check_dicom(const std::filesystem::path& file);

}  // namespace flowrun::io
