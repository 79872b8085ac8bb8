#include <system_error>

#include "file_image.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& file, const fs::path& folder) {
  const fs::path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

fs::path data_file_of(const fs::path& header, const std::string& name) {
  const fs::path folder = header.has_parent_path() ? header.parent_path() : fs::path(".");
  const fs::path named = folder / name;
  const std::string shown = "its voxels are in '" + printable(named.string()) + "', ";
  std::error_code code;
  if (name.find('\0') != std::string::npos) refuse(header, shown + "which is no name of a file; the header is damaged");
  const fs::path real_folder = fs::canonical(folder, code);
  if (code) refuse(header, code.message());
  // What lies outside is not even said to be there or not.
  if (!is_below(fs::weakly_canonical(named, code), real_folder))
    refuse(header, shown +
                       "outside the folder of the header; only files in it or below it are read, links followed: copy the data "
                       "beside the header");
  const fs::path real = fs::canonical(named, code);
  if (code) refuse(header, shown + "which is missing; copy both files");
  const fs::file_status status = fs::status(real, code);
  if (!fs::is_regular_file(status))
    refuse(header,
           shown + "which is " + (fs::is_directory(status) ? "a folder" : special_file_words(status)) + "; a file is expected");
  return real;
}

}  // namespace flowrun::io
