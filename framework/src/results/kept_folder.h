#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "results/kept_entry.h"
#include "results/result_keys.h"

namespace flowrun::results {

/// A folder of kept results, which several processes may use at a time: files appear whole, none is changed, and any may be
/// removed at any time. Any thread.
class KeptFolder {
 public:
  /// `limit`: bytes; what was used longest ago is removed above it. Throws Error where the folder cannot be made, or has other
  /// content.
  KeptFolder(std::filesystem::path folder, std::int64_t limit);

  std::filesystem::path entry_file(const std::string& key) const;
  std::filesystem::path entry_to_write(const std::string& key) const;  ///< Throws Error where it would lie elsewhere
  /// A result has been used: it is removed later.
  static void touch(const std::filesystem::path& file);
  /// A file of so many bytes was added; removes others above the limit.
  void added(std::int64_t bytes);

  /// The hash of a file that an earlier run has made; without one it is not known, or the file looks otherwise.
  FileStamp known_stamp(const FileStamp& seen) const;
  void keep_stamp(const FileStamp& stamp);

 private:
  std::filesystem::path stamp_file(const std::string& path) const;
  void make_room();

  std::filesystem::path folder_;
  std::int64_t limit_;
  std::mutex mutex_;
  std::int64_t size_ = -1;  ///< as far as this process knows; -1: not looked at yet
};

struct KeptFile {
  std::filesystem::path file;
  std::int64_t bytes = 0;
  std::filesystem::file_time_type used;
  bool is_result = false;  ///< or the hash of a file
};
/// All files that such a folder has for flowrun, those used longest ago first: by their names, and none behind a link. None of a
/// folder that flowrun did not make.
std::vector<KeptFile> files_in(const std::filesystem::path& folder);
/// Removes what processes that were killed have left half written.
void remove_unfinished(const std::filesystem::path& folder);

}  // namespace flowrun::results
