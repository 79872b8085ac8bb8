#pragma once

#include <map>
#include <mutex>
#include <string>

#include "flowrun/host/case_record.h"

namespace flowrun::records {

/// Size, time and marks of a file (with the files that its header names) or of a folder's files; no hash. Size -1: nothing is
/// there that can be read as a file.
FileStamp look_at(const std::string& path);
/// Equal size, time and marks: no change of the file can have gone by. False where the marks are not known.
bool looks_same(const FileStamp& a, const FileStamp& b);

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

 private:
  std::mutex mutex_;
  std::map<std::string, FileStamp> known_;
};

}  // namespace flowrun::records
