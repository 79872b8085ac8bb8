#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace flowrun {

/// The thumbnails of a page, kept in "<out>/flowrun/<page>.thumbnails" so that each picture is decoded once: a page is often
/// written again when no picture has changed. A picture counts as unchanged by its size, times and inode.
class ThumbnailStore {
 public:
  /// What cannot be read is made again.
  explicit ThumbnailStore(const std::filesystem::path& page);

  /// In base64; empty: no picture that can be read. `picture`: relative to the page's folder.
  const std::string& thumbnail(const std::string& picture);

  /// Keeps those that were asked for, when one is new. A store that cannot be written costs time and nothing else, so that is no
  /// error.
  void save() const;

 private:
  struct Entry {
    std::string stamp, base64;
    bool used = false;
  };
  std::filesystem::path folder_, file_;
  std::map<std::string, Entry> entries_;  ///< by picture
  bool changed_ = false;
};

}  // namespace flowrun
