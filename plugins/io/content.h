#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "image_format.h"

namespace flowrun::io {

/// What a file is by its first bytes, whatever its name says.
struct Content {
  std::optional<Format> format;  ///< none: no format that is read here
  bool compressed = false;       ///< gzip around the whole file
  std::string what;              ///< of a file that is no image: "a PNG picture", with what to do; empty: not known
};

/// Looks at the first bytes, of a compressed file at the first ones inside. Throws Error when the file cannot be
/// opened.
Content content_of(const std::filesystem::path& file);

struct FormatToRead {
  Format format = Format::nifti;
  bool compressed = false;
  std::string name_fault;  ///< what the name says wrongly, for a warning; empty: it is right
};

/// How a file is to be read: by its content; where that says nothing by the ending of its name. Throws Error for what
/// is known to be no image, with what it is, for voxels whose header is another file, and when neither content nor name
/// says anything.
FormatToRead format_to_read(const std::filesystem::path& file);

}  // namespace flowrun::io
