#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flowrun::records {

/// One of the files that a path stands for.
struct FilePart {
  std::string name;  ///< below the folder, or as a header names it; empty: the path itself
  std::filesystem::path file;
};

/// All regular files that somebody who reads a path may read: the file itself, and with it those that its header names (NRRD and
/// MetaImage, found by their content) or that share its name (.hdr with .img); of a folder, the files in it and in its folders,
/// by name. Of the files that a header names, those that lie below its folder. Empty: nothing is there, or it is no file and
/// no folder (a pipe, a device), or has more than a hundred thousand files.
std::vector<FilePart> parts_of(const std::filesystem::path& path);

}  // namespace flowrun::records
