#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace flowrun::io {

enum class Format { nifti, nrrd, meta, dicom };

/// How a file name says what the file is.
struct NamedFormat {
  std::string suffix;  ///< lower case, with its dots
  Format format = Format::nifti;
  std::string title;        ///< for messages
  bool single_file = true;  ///< header and voxels in one file
};

/// The format by the longest ending that fits, all in lower or all in upper case, as ITK has it; none: the ending is
/// not known.
std::optional<NamedFormat> format_of(const std::filesystem::path& path);

/// ".nii.gz, .nii, ..." for messages.
std::string readable_suffixes();
std::string writable_suffixes();

/// Only single files can be replaced in one step, and this plugin makes no DICOM.
bool is_writable(const NamedFormat& named);

}  // namespace flowrun::io
