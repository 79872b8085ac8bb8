#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace flowrun::registry {

/// What distinguishes one version of a file from the next, without reading it.
struct FileStamp {
  std::int64_t size = 0;      ///< bytes
  std::int64_t mtime_ns = 0;  ///< since 1970
  bool operator==(const FileStamp&) const = default;
};

/// None when there is no such file.
std::optional<FileStamp> stamp_of(const std::filesystem::path& file);

/// The bytes of a plugin's file and what they say. No code of the library has run.
struct LibraryFile {
  std::filesystem::path path;  ///< canonical
  FileStamp stamp;
  std::string hash;
  std::string bytes;
};

/// Throws Error when it is missing, a folder, unreadable or empty.
LibraryFile read_library_file(const std::filesystem::path& file);

/// Whole file as text. Throws Error.
std::string read_bytes(const std::filesystem::path& file);

/// Replaces the file in one step: readers see the old text or the new one. False when that cannot be done here.
bool replace_file(const std::filesystem::path& file, const std::string& text);

/// `'path'`, as messages name a file.
std::string quoted(const std::filesystem::path& file);

}  // namespace flowrun::registry
