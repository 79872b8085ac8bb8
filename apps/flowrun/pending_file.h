#pragma once

#include <filesystem>
#include <string>

namespace flowrun {

/// A file that becomes the real one when it is complete, and goes away when it does not. A link is followed, and an existing
/// file's permissions are kept. Throws Error for what cannot be written.
class PendingFile {
 public:
  explicit PendingFile(const std::filesystem::path& target);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  const std::filesystem::path& path() const { return path_; }  ///< where it is written to
  void write(const std::string& text) const;
  void publish() const;

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
};

void write_whole_file(const std::filesystem::path& file, const std::string& text);

}  // namespace flowrun
