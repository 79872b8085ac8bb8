#include "image_format.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace flowrun::io {
namespace {

const std::array<NamedFormat, 7>& formats() {
  static const std::array<NamedFormat, 7> kFormats{{
      {".nii.gz", Format::nifti, "NIfTI", true},
      {".nii", Format::nifti, "NIfTI", true},
      {".nrrd", Format::nrrd, "NRRD", true},
      {".mha", Format::meta, "MetaImage", true},
      {".nhdr", Format::nrrd, "NRRD", false},
      {".mhd", Format::meta, "MetaImage", false},
      {".dcm", Format::dicom, "DICOM", true},
  }};
  return kFormats;
}

template <class Choose>
std::string suffixes(Choose choose) {
  std::string text;
  for (const NamedFormat& named : formats())
    if (choose(named)) text += (text.empty() ? "" : ", ") + named.suffix;
  return text;
}

}  // namespace

std::optional<NamedFormat> format_of(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  for (const NamedFormat& named : formats()) {
    std::string upper = named.suffix;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (name.size() > upper.size() && (name.ends_with(named.suffix) || name.ends_with(upper))) return named;
  }
  return std::nullopt;
}

bool is_writable(const NamedFormat& named) { return named.single_file && named.format != Format::dicom; }

std::string readable_suffixes() {
  return suffixes([](const NamedFormat&) { return true; });
}

std::string writable_suffixes() { return suffixes(is_writable); }

}  // namespace flowrun::io
