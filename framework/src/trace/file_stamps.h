#pragma once

#include <map>
#include <mutex>
#include <string>

#include "flowrun/host/case_record.h"

namespace flowrun::trace {

/// Size and time of a file or of a folder's files; no hash.
FileStamp look_at(const std::string& path);
bool looks_same(const FileStamp& a, const FileStamp& b);

/// Brings a file, or a folder's files, to the disk, and the names too. Throws Error.
void sync_file(const std::string& path);

/// Hashes of files, each computed once for a path, size and time. Any thread.
class FileStamps {
 public:
  /// The file as it is now, hashed; without hash where it does not look like `seen`, or cannot be read.
  FileStamp hashed(const FileStamp& seen);
  FileStamp hashed(const std::string& path) { return hashed(look_at(path)); }
  /// Takes a hash over from a record.
  void know(const FileStamp& stamp);

 private:
  std::mutex mutex_;
  std::map<std::string, FileStamp> known_;
};

}  // namespace flowrun::trace
