// Files by their content: how a file looks, its hash, and hashes that need not be made again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/case_record.h"

namespace flowrun::records {

/// SHA-256 of bytes that come in parts.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(const void* bytes, std::size_t length);
  void add(std::string_view text) { add(text.data(), text.size()); }
  /// 64 hexadecimal digits; once.
  std::string digits();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// SHA-256 as 64 hexadecimal digits.
std::string text_hash(std::string_view text);
/// Of a file's content; of a folder, and of a header with its data, of the names and contents of all files (parts_of). Empty when
/// one cannot be read, or when the path is a pipe or a device.
std::string file_hash(const std::filesystem::path& path);
/// A plugin's library with those that it links (linked_libraries); of a script also what it may import from its folder.
std::vector<std::string> plugin_files(const std::filesystem::path& library);
/// The hash over them. Linked libraries of more than 64 MiB count by what the linker has noted of their content, where it has.
/// Empty where one cannot be read, or changed meanwhile. A file is read once in a process as long as it looks the same.
std::string plugin_hash(const std::filesystem::path& library);

/// Size, time and marks of a file (with the files that its header names) or of a folder's files; no hash. Size -1: nothing is
/// there that can be read as a file.
FileStamp look_at(const std::string& path);
/// The same of all files of a plugin (plugin_files).
std::vector<FileStamp> look_at_plugin(const std::filesystem::path& library);
/// Equal size, time and marks: no change of the file can have gone by. False where the marks are not known.
bool looks_same(const FileStamp& a, const FileStamp& b);
/// The same files, each looking the same.
bool looks_same(const std::vector<FileStamp>& a, const std::vector<FileStamp>& b);

/// Brings a file, or a folder's files, to the disk, and the names too. Throws Error.
void sync_file(const std::string& path);

/// Hashes of files, each computed once for a path, size, time and marks. A file that changed less than 2 seconds before it was
/// hashed is given without marks and hashed again the next time. Any thread.
class FileStamps {
 public:
  /// The file as it is now, hashed; without hash where it does not look like `seen`, or cannot be read.
  FileStamp hashed(const FileStamp& seen);
  FileStamp hashed(const std::string& path) { return hashed(look_at(path)); }
  /// Takes a hash over from a record.
  void know(const FileStamp& stamp);
  /// Whether the hash of a file that looks so is known, so that it is not read again.
  bool knows(const FileStamp& seen);

 private:
  std::mutex mutex_;
  std::map<std::string, FileStamp> known_;
};

}  // namespace flowrun::records
